"""`sac-desk week`."""

import argparse
from typing import Any

from app.commands.following import actor, followed
from app.commands.printing import print_json, say
from app.hub.outbox import resume
from app.jobs.queue import jobs_of
from app.settings import Settings, settings
from app.tasks.week import WEEK
from app.week.kept import WeekRecord, digest_file, kept
from app.week.planning import planned
from app.week.starting import start

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("week", help="run the newest complete week and follow it")
    command.set_defaults(command=week)
    command.add_argument("--dry-run", action="store_true", help="say what each step would do; write nothing")


def week(options: argparse.Namespace) -> None:
    """Run the newest complete week, once: a run that is there is followed, a finished one is told again."""
    root = settings()
    if options.dry_run:
        _plan(root, options.json)
        return
    jobs = jobs_of(root)
    started = start(root, jobs, actor())
    if started.job is not None and not started.done:
        try:
            followed(jobs, WEEK, started.job, "weekly run", "the next start goes on where it was")
        finally:
            resume(root)  # the workers of its trainings do not know the Hub's token
    record = kept(root, started.week)
    if options.json:
        print_json(_plain(root, started.week, record))
        return
    again = "was run before" if started.done else "is run"
    say(f"The week of {started.week} {again}.")
    for step in record.steps if record else ():
        for line in step.said:
            say(f"{step.name}: {line}")
        for line in step.problems:
            say(f"{step.name}: Problem: {line}")
    say(f"Digest: {digest_file(root, started.week, 'txt')}")


def _plan(root: Settings, as_json: bool) -> None:
    decision, steps = planned(root)
    if as_json:
        rows = [{"step": one.step, "done": one.done, "says": list(one.says)} for one in steps]
        print_json({"week": decision, "finished": not steps, "steps": rows})
        return
    if not steps:
        say(f"The week of {decision} was run: nothing is left to do.")
        return
    say(f"The week of {decision} would be run like this; nothing is changed.")
    for one in steps:
        for line in one.says:
            say(f"{one.step}: {'Done. ' if one.done else ''}{line}")


def _plain(root: Settings, decision: str, record: WeekRecord | None) -> dict[str, Any]:
    plain = record.model_dump(mode="json") if record else {"week": decision}
    return plain | {"digest": str(digest_file(root, decision, "txt"))}
