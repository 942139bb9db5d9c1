"""`sac-desk promote`, `reject`, `rollback`, `follow`, `decisions` and `prune`."""

import argparse
from dataclasses import asdict
from typing import cast

from app.commands.following import actor
from app.commands.printing import print_json, print_table, say
from app.commands.prune import deleted, pruned
from app.decisions.acting import decided, rolled_back
from app.decisions.case import case_of
from app.formats import moment, percent
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.promotion import SealedDecision
from sac.promotion.deciding import Verdict
from sac.promotion.following import FOLLOWS, choose_follow
from sac.promotion.state import champion_name, problems

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
        help="promote it although the gate says NOT ELIGIBLE",
    )
    reject = commands.add_parser("reject", help="take a challenger off the list of those pending review")
    reject.set_defaults(command=decide, action="reject")
    for command in (promote, reject):
        command.add_argument("variant", choices=VARIANTS)
        command.add_argument("version")
    back = commands.add_parser("rollback", help="make an earlier champion the champion again")
    back.set_defaults(command=roll_back)
    back.add_argument("variant", choices=VARIANTS)
    back.add_argument("--to", metavar="VERSION", help="without it: the champion before the current one")
    for command in (promote, reject, back):
        command.add_argument("--reason", required=True, metavar="TEXT", help="recorded in the history")

    follow = commands.add_parser("follow", help="choose how far a champion's weights follow its agents")
    follow.set_defaults(command=choose)
    follow.add_argument("variant", choices=VARIANTS)
    follow.add_argument("choice", choices=[_hyphened(choice) for choice in FOLLOWS])
    follow.add_argument("--reason", required=True, metavar="TEXT", help="recorded in the history")

    log = commands.add_parser("decisions", help="print the decision history, and check its integrity")
    log.set_defaults(command=decisions)
    log.add_argument("variant", nargs="?", choices=VARIANTS)

    delete = commands.add_parser("delete", help="delete one version that was never champion, readable or not")
    delete.set_defaults(command=deleted)
    delete.add_argument("variant", choices=VARIANTS)
    delete.add_argument("version", metavar="VERSION")
    prune = commands.add_parser("prune", help="delete old versions that were never champion")
    prune.set_defaults(command=pruned)
    prune.add_argument("variant", nargs="?", choices=VARIANTS)
    prune.add_argument("--keep", type=int, default=10, metavar="N", help="newest versions to keep (10)")
    prune.add_argument("--apply", action="store_true", help="delete; without it they are only listed")


def decide(options: argparse.Namespace) -> None:
    """Approve, override or reject, on the evidence of this moment."""
    root = settings()
    case = case_of(root, options.variant, options.version)
    decision = decided(
        root,
        options.variant,
        options.version,
        cast("Verdict", options.action),
        actor=actor(),
        reason=options.reason,
        champion=champion_name(root.registry, options.variant),
        evidence=case.text(),
    )
    _printed(decision, options.json)
    if not options.json:
        say(case.advice)
        for warning in case.warnings:
            say(warning)


def roll_back(options: argparse.Namespace) -> None:
    """Back to an earlier champion."""
    root = settings()
    champion = champion_name(root.registry, options.variant)
    decision = rolled_back(
        root, options.variant, actor=actor(), reason=options.reason, champion=champion, to=options.to
    )
    _printed(decision, options.json)


def choose(options: argparse.Namespace) -> None:
    """Let the champion follow its agents, equal weight, or its training."""
    registry = settings().registry
    choice = next(choice for choice in FOLLOWS if _hyphened(choice) == options.choice)
    decision = choose_follow(
        registry,
        options.variant,
        choice,
        actor=actor(),
        reason=options.reason,
        champion=champion_name(registry, options.variant),
    )
    if options.json:
        print_json(asdict(decision))
    else:
        say(f"Decision {decision.seq}: {decision.version} follows {FOLLOWS[choice]} from now on.")


def _hyphened(choice: str) -> str:
    return choice.replace(" ", "-")


def _printed(decision: SealedDecision, json: bool) -> None:
    if json:
        print_json(asdict(decision) | {"evidence_hash": decision.evidence_hash})
        return
    say(f"Decision {decision.seq}: {decision.action} {decision.version}. {decision.verdict}")
    if decision.moved:
        say(f"It is {decision.variant}'s champion; before: {decision.champion or 'nobody'}.")
    else:
        say(f"{decision.variant}'s champion is still {decision.champion or 'nobody'}.")


def decisions(options: argparse.Namespace) -> None:
    """Print the log, newest first. Raises DeskError when it fails its integrity check."""
    root = settings()
    rows = root.decision_log.sealed(options.variant)
    faults = problems(root.registry, tuple(VARIANTS))
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
                    f"follow {row.verdict}" if row.action == "follow" else row.action,
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
