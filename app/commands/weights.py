"""`sac-desk weights`."""

import argparse
import dataclasses
from pathlib import Path

from app.commands.printing import print_json, print_table
from app.formats import percent
from app.holdings import from_csv, split
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.registry import Registry

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("weights", help="print the champion's target weights")
    command.set_defaults(command=weights)
    command.add_argument("variant", choices=VARIANTS)
    command.add_argument("--cash", type=float, metavar="X", help="cash held now, in dollars")
    command.add_argument(
        "--holdings", type=Path, metavar="FILE", help="CSV with the columns symbol and value (dollars)"
    )
    command.add_argument("--as-of", metavar="DATE", help="newest complete week by default")


def weights(options: argparse.Namespace) -> None:
    """Print the champion's target weights."""
    holdings = _holdings(options.holdings, options.cash)
    version = Registry(settings().models).champion(options.variant)
    if version is None:
        raise DeskError(
            f"{options.variant} has no champion yet: train it first (sac-desk train {options.variant})."
        )
    from sac.inference import Holdings, target_weights  # torch
    from sac.market import load_panel

    held = None if holdings is None else Holdings(*holdings)
    wanted = target_weights(version, load_panel(settings().data), held, options.as_of)
    if options.json:
        print_json(dataclasses.asdict(wanted))
        return
    print(f"{wanted.variant} {wanted.model_version}, decided on the close of {wanted.as_of}")
    print(f"Trade at the close of {wanted.target_week_start}, hold to {wanted.target_week_end}")
    print(f"Turnover {percent(wanted.turnover)} of wealth, cost {percent(wanted.cost, 3)}")
    rows = [
        (change.symbol, *(percent(share, 2) for share in (change.current_weight, change.target_weight)))
        for change in wanted.weight_changes
    ]
    print_table(("symbol", "now", "target"), rows)
    for note in wanted.notes:
        print(f"Note: {note}")


def _holdings(path: Path | None, cash: float | None) -> tuple[float, dict[str, float]] | None:
    """Cash and positions in dollars; None where neither was given."""
    if path is None:
        return None if cash is None else (cash, {})
    with path.open("rb") as file:
        listed, positions = split(from_csv(file))
    if cash is not None and listed:
        raise DeskError(f"Cash is given twice: by --cash and by the line CASH in {path}.")
    return listed if cash is None else cash, positions
