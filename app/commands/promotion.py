"""`sac-desk promote`, `reject`, `rollback`, `decisions` and `prune`."""

import argparse
from dataclasses import asdict
from typing import cast

from app.commands.following import actor
from app.commands.printing import print_json, print_table
from app.decisions import case_of, decided, rolled_back
from app.formats import megabytes, moment, percent
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.registry import Decision, DecisionLog, Registry
from sac.registry.promotion import Verdict, problems
from sac.registry.retention import expendable, remove

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    promote = commands.add_parser("promote", help="make a challenger the champion of its variant")
    promote.set_defaults(command=decide, action="approve")
    promote.add_argument(
        "--override",
        dest="action",
        action="store_const",
        const="override",
        help="promote it although the gate holds it",
    )
    reject = commands.add_parser("reject", help="take a challenger off the list of those that wait")
    reject.set_defaults(command=decide, action="reject")
    for command in (promote, reject):
        command.add_argument("variant", choices=VARIANTS)
        command.add_argument("version")
    back = commands.add_parser("rollback", help="make an earlier champion the champion again")
    back.set_defaults(command=roll_back)
    back.add_argument("variant", choices=VARIANTS)
    back.add_argument("--to", metavar="VERSION", help="without it: the champion before the present one")
    for command in (promote, reject, back):
        command.add_argument("--reason", required=True, metavar="TEXT", help="stands in the history")

    log = commands.add_parser("decisions", help="print the decision history, and whether it is whole")
    log.set_defaults(command=decisions)
    log.add_argument("variant", nargs="?", choices=VARIANTS)

    prune = commands.add_parser("prune", help="delete old versions that were never champion")
    prune.set_defaults(command=pruned)
    prune.add_argument("variant", nargs="?", choices=VARIANTS)
    prune.add_argument("--keep", type=int, default=10, metavar="N", help="newest versions to keep (10)")
    prune.add_argument("--apply", action="store_true", help="delete; without it they are only listed")


def decide(options: argparse.Namespace) -> None:
    """Approve, override or reject, on the evidence of this moment."""
    home = settings()
    case = case_of(home, options.variant, options.version)
    decision = decided(
        home,
        options.variant,
        options.version,
        cast("Verdict", options.action),
        actor=actor(),
        reason=options.reason,
        champion=Registry(home.models).current(options.variant),
        evidence=case.text(),
    )
    _printed(decision, options.json)
    if not options.json:
        print(case.advice)
        for warning in case.warnings:
            print(warning)


def roll_back(options: argparse.Namespace) -> None:
    """Back to an earlier champion."""
    home = settings()
    champion = Registry(home.models).current(options.variant)
    decision = rolled_back(
        home, options.variant, actor=actor(), reason=options.reason, champion=champion, to=options.to
    )
    _printed(decision, options.json)


def _printed(decision: Decision, json: bool) -> None:
    if json:
        print_json(asdict(decision) | {"evidence_hash": decision.evidence_hash})
        return
    print(f"Decision {decision.seq}: {decision.action} {decision.version}. {decision.verdict}")
    if decision.moved:
        print(f"It is {decision.variant}'s champion; before: {decision.champion or 'nobody'}.")
    else:
        print(f"{decision.variant}'s champion is still {decision.champion or 'nobody'}.")


def decisions(options: argparse.Namespace) -> None:
    """Print the log, newest first. Raises DeskError when it does not fit together."""
    registry = Registry(settings().models)
    rows = DecisionLog(registry.root).decisions(options.variant)
    faults = problems(registry, tuple(VARIANTS))
    if options.json:
        print_json({"decisions": [asdict(row) for row in rows], "problems": faults})
    else:
        print_table(
            ("no.", "when", "who", "decision", "version", "CAGR", "champion's", "reason"),
            [
                (
                    str(row.seq),
                    moment(row.at),
                    row.actor,
                    row.action,
                    row.version,
                    percent(row.eval_cagr),
                    percent(row.prior_cagr),
                    row.reason,
                )
                for row in rows
            ],
        )
    if faults:
        raise DeskError(" ".join(faults))


def pruned(options: argparse.Namespace) -> None:
    """List what may go, and delete it when told so."""
    if options.keep < 1:
        raise DeskError("--keep must be 1 or more.")
    registry = Registry(settings().models)
    variants = [options.variant] if options.variant else list(VARIANTS)
    doomed = [v for variant in variants for v in expendable(registry, variant, options.keep)]
    if options.apply:
        for version in doomed:
            remove(registry, version)
    if options.json:
        facts = [{"variant": v.variant, "version": v.name, "bytes": v.size} for v in doomed]
        print_json({"versions": facts, "deleted": options.apply})
        return
    for version in doomed:
        print(f"{version.variant} {version.name}  {megabytes(version.size)}")
    total = megabytes(sum(version.size for version in doomed))
    done = "deleted" if options.apply else "would be deleted; add --apply to do it"
    print(f"{len(doomed)} versions, {total}, {done}.")
