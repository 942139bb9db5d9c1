"""`sac-desk hub`: versions on the Hugging Face Hub."""

import argparse
import dataclasses
from typing import Any

from app.commands.printing import print_json, say
from app.hub.outbox import start_sending
from app.hub.repository import remote_of
from app.hub.sending import deliver
from app.hub.status import Shared, came_from, shared, state_words
from app.hub.uploads import CHAMPION, uploads_of
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    group = commands.add_parser("hub", help="share versions on the Hugging Face Hub")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("status", help="what was sent, is queued or failed").set_defaults(command=status)
    for name, command, text in (
        ("push", push, "send a version, or the champion onto main when none is named"),
        ("pull", pull, "fetch a version, or the champion when none is named, as a challenger"),
    ):
        parser = actions.add_parser(name, help=text)
        parser.set_defaults(command=command)
        parser.add_argument("variant", choices=VARIANTS)
        parser.add_argument("version", nargs="?", metavar="VERSION")
    for parser in actions.choices.values():
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON only")


def status(options: argparse.Namespace) -> None:
    """Print the state of every version, from this desk's records."""
    states = [shared(settings(), variant) for variant in VARIANTS]
    if options.json:
        print_json([_plain(state) for state in states])
        return
    for state in states:
        if state.remote is None:
            say(state.problem or "")
            continue
        say(f"{state.variant}: {state.remote.repo}")
        if state.champion:
            say(f"  main, champion {state.champion.version}: {state_words(state.champion)}")
        for row in state.versions:
            source = f"; {came_from(row.origin)}" if row.origin else ""
            say(f"  {row.version}: {state_words(row)}{source}")


def push(options: argparse.Namespace) -> None:
    """Send now. What fails stays in the outbox, and is tried again where that helps."""
    root, variant = settings(), options.variant
    remote = remote_of(variant)
    item = options.version or CHAMPION
    if options.version:
        root.registry.version(variant, options.version)  # refuses a name that is not here
    store = uploads_of(root)
    store.ask(remote.repo, variant, item)
    task = store.get(remote.repo, variant, item)
    assert task is not None
    if task.state != "sent":
        task = deliver(root, store, task)
    if task.state != "sent":
        later = ""
        if task.state == "queued":
            start_sending(root)
            later = " It stays in the outbox and is tried again."
        raise DeskError(f"{task.reason}{later}")
    url = remote.url("main" if item == CHAMPION else item)
    if options.json:
        place = {"hf_repo": remote.repo, "hf_url": url}
        print_json({"version": task.version, "commit": task.commit_sha, **place})
        return
    say(f"{task.version} is on {'main of ' if item == CHAMPION else ''}{remote.repo}: {url}")


def pull(options: argparse.Namespace) -> None:
    """Fetch a version; it becomes a challenger and is never promoted by itself."""
    from sac.hub.arrivals import pull

    variant = options.variant
    arrival = pull(remote_of(variant), settings().registry, variant, options.version)
    if options.json:
        print_json({"version": arrival.version.name, "commit": arrival.commit, "new": arrival.new})
        return
    name = arrival.version.name
    if not arrival.new:
        say(f"{name} was here already, byte for byte.")
        return
    say(f"{name} is here as a challenger, from commit {arrival.commit[:8]}. Nothing was promoted.")


def _plain(state: Shared) -> dict[str, Any]:
    return {
        "variant": state.variant,
        "hf_repo": state.remote.repo if state.remote else None,
        "problem": state.problem,
        "on_main": state.on_main,
        "champion": state.champion and dataclasses.asdict(state.champion),
        "versions": [dataclasses.asdict(row) for row in state.versions],
    }
