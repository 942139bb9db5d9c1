"""`sac-desk sweep`."""

import argparse
from pathlib import Path
from typing import Any

from app.commands.following import actor, followed
from app.commands.printing import print_json, print_table, say
from app.formats import percent, points
from app.jobs.queue import jobs_of
from app.settings import settings
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from sac.errors import DeskError
from sac.experiments import Row, TrialResults, leaderboard, read_plan, read_sweep
from sac.experiments.sweep import LARGEST

__all__ = ["add"]

SHOWN = 10  # rows of the leaderboard for people


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("sweep", help="try many settings, judged before the evaluation years")
    command.set_defaults(command=sweep)
    command.add_argument("file", type=Path, metavar="FILE", help="TOML, see docs/experiments.md")
    command.add_argument("--processes", type=int, default=1, metavar="N", help="packs side by side here")
    command.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster to train on")


def sweep(options: argparse.Namespace) -> None:
    """Submit a sweep and follow it to its end. Ctrl-C cancels it; finished trials are kept."""
    asked, root = read_sweep(options.file.read_bytes()[: 4 * LARGEST].decode(errors="replace")), settings()
    request = SweepRequest(sweep=asked, processes=options.processes, ray=options.ray)
    jobs = jobs_of(root)
    job = jobs.submit(SWEEP, SWEEPS, request, actor())
    result = followed(jobs, SWEEP, job, "sweep", "finished trials are kept, and the same sweep goes on there")
    plan = read_plan(root.sweeps, job.id)
    if plan is None:
        raise DeskError("The sweep left no plan: run it again.")
    results = TrialResults(root.sweeps / "trials")
    finished = [trial for key in plan.keys if (trial := results.get(key))]
    rows = leaderboard(finished, root.ledger)
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    if options.json:
        print_json(
            {**result.model_dump(), "leaderboard": [_plain(row, choices[row.result.key]) for row in rows]}
        )
        return
    say(f"{result.trials} trials, {result.found} of them known before, {result.failed} failed.")
    print_table(
        ("trial", "over equal weight", "95 % interval", "deflated Sharpe", "settings"),
        [_line(row, choices[row.result.key]) for row in rows[:SHOWN]],
    )
    say("Judged on the two years before the evaluation years, net of costs, on none of those years.")


def _plain(row: Row, choices: dict[str, Any]) -> dict[str, Any]:
    result = row.result
    return {
        "key": result.key,
        **choices,
        "start": result.start,
        "end": result.end,
        "problem": result.problem,
        "over_equal_weight": row.result.over_equal_weight,
        "deflated_sharpe": row.deflated,
        **result.figures,
    }


def _line(row: Row, choices: dict[str, Any]) -> tuple[str, ...]:
    figures = row.result.figures
    named = ", ".join(f"{name} {value}" for name, value in choices.items())
    if row.result.problem:
        return row.result.key[:8], row.result.problem, "", "", named
    return (
        row.result.key[:8],
        points(row.result.over_equal_weight),
        f"{points(figures['edge_low'])} to {points(figures['edge_high'])}",
        percent(row.deflated, 0),
        named,
    )
