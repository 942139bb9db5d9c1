"""The way to the Hugging Face Hub: wishes are written down at once, and a job of its own sends them.

A training or a decision never waits for the network: it leaves a row in the outbox and goes on. The job that
sends (kind `send`, beside the trainings) lives as long as something is queued and waits between its tries, so
it needs no clock in the server; whoever leaves a wish starts it, and so does a server that finds some.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from app.hub_store import CHAMPION, HubStore
from app.settings import Settings, hub_access, repo_variable, settings
from sac.errors import DeskError, SettingsError
from sac.registry import Registry
from sac.registry.hub import Remote

if TYPE_CHECKING:
    from app.jobs import Jobs

__all__ = ["OUTBOX", "enqueue_champion", "enqueue_version", "remote_of", "resume", "start_sending", "where"]

OUTBOX = "The outbox"  # stands where a training names its variant: one job empties it at a time

_REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")


def remote_of(variant: str) -> Remote:
    """The repository that shares this variant. Raises SettingsError where the environment names none."""
    access, variable = hub_access(), repo_variable(variant)
    repo = access.repos.get(variant)
    if repo is None:
        raise SettingsError(
            f"{variant} is not shared: set {variable} to owner/name, and HF_TOKEN to a token."
        )
    if not _REPO.fullmatch(repo):
        raise SettingsError(f"{variable} is {repo[:60]!r}: write the repository as owner/name.")
    rivals = [other for other, name in access.repos.items() if other != variant and name == repo]
    if rivals:
        raise SettingsError(
            f"{variable} and {repo_variable(rivals[0])} both name {repo}: give each variant its own."
        )
    return Remote(repo, access.token, access.endpoint)


def where(variant: str, version: str) -> dict[str, str | None]:
    """Repository and address of a version on the Hub; None, None for a variant that is not shared."""
    try:
        remote = remote_of(variant)
    except SettingsError:
        return {"hf_repo": None, "hf_url": None}
    return {"hf_repo": remote.repo, "hf_url": remote.url(version)}


def enqueue_version(variant: str, version: str) -> None:
    """Have a new version sent. Returns at once, also where the Hub is down or the variant is not shared."""
    _enqueue(variant, version)


def enqueue_champion(variant: str) -> None:
    """Have `main` follow the champion, after a promotion or a rollback. Returns at once, as above."""
    _enqueue(variant, CHAMPION)


def start_sending(home: Settings) -> None:
    """See to it that a job empties the outbox. Raises DeskError or OSError where none can be started."""
    from app.job_store import JobConflict

    try:
        _jobs(home).submit(OUTBOX, "send", {}, "the desk")
    except JobConflict:
        return  # it is at work, and looks at the outbox again before it ends


def resume(home: Settings) -> None:
    """Go on with what a restart or a crash interrupted; for the start of a server, and for its pages."""
    if not home.hub.exists():
        return
    with _spared("What was queued for the Hub"):
        store, registry = HubStore(home.hub), Registry(home.models)
        for variant, repo in hub_access().repos.items():
            told = store.get(repo, variant, CHAMPION)
            if told and told.state == "sent" and told.version != registry.current(variant):
                store.ask(repo, variant, CHAMPION)  # a process died between its decision and the outbox
        if store.next():
            start_sending(home)


def _enqueue(variant: str, item: str) -> None:
    repo = hub_access().repos.get(variant)
    if repo is None:
        return
    home = settings()
    with _spared(f"{item} of {variant}"):
        HubStore(home.hub).ask(repo, variant, item)
        start_sending(home)


@contextmanager
def _spared(what: str) -> Iterator[None]:
    """Log trouble of this machine instead of raising it: what is shared was saved, only its copy is late."""
    try:
        yield
    except (DeskError, OSError, sqlite3.Error):
        logging.getLogger(__name__).exception("%s could not be handed to the outbox", what)


@lru_cache(maxsize=4)
def _jobs(home: Settings) -> "Jobs":  # kept: it reaps the processes that it started
    from app.jobs import Jobs  # here, because a job's work imports this module

    return Jobs(home)
