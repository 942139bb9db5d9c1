"""`sac-desk versions`."""

import argparse
from typing import Any

from app.commands.printing import print_json, print_table, say
from app.formats import megabytes, moment, percent, ratio
from app.settings import settings
from sac.config import VARIANTS
from sac.promotion.state import state_of
from sac.registry import Registry

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("versions", help="list the stored versions")
    command.set_defaults(command=versions)
    command.add_argument("variant", nargs="?", choices=VARIANTS)


def versions(options: argparse.Namespace) -> None:
    """Print what the registry holds, damaged folders included."""
    registry = settings().registry
    shelves = [_shelf(registry, variant) for variant in ([options.variant] if options.variant else VARIANTS)]
    if options.json:
        print_json(shelves)
        return
    for shelf in shelves:
        count = len(shelf["versions"])
        say(f"{shelf['variant']}: {count or 'no'} version{'' if count == 1 else 's'}")
        rows = [
            (
                version["version"],
                moment(version["created_at"]),
                version["preset"],
                percent(version["metrics"].get("eval_cagr")),
                ratio(version["metrics"].get("eval_sharpe")),
                megabytes(version["bytes"]),
                "champion" if version["champion"] else "pending review" if version["waits"] else "",
            )
            for version in shelf["versions"]
        ]
        if rows:
            print_table(("version", "created", "preset", "CAGR", "Sharpe", "size", ""), rows)
        if shelf["problem"]:
            say(f"champion unknown: {shelf['problem']}")
        for folder, problem in shelf["damaged"].items():
            say(f"damaged: {folder}: {problem}")


def _shelf(registry: Registry, variant: str) -> dict[str, Any]:
    state = state_of(registry, variant)
    current, shelved = state.champion, registry.versions(variant)
    waits = {version.name for version in state.pending(shelved)}
    return {
        "variant": variant,
        "champion": current,
        "problem": state.problem,
        "versions": [
            {
                "version": version.name,
                "champion": version.name == current,
                "waits": version.name in waits,
                "bytes": version.size,
                "created_at": version.metadata.created_at,
                "preset": version.metadata.preset,
                "last_decision": version.metadata.last_decision,
                "metrics": version.metadata.metrics,
            }
            for version in shelved
        ],
        "damaged": registry.damaged(variant),
    }
