"""`sac-desk holdings`: what a broker's file comes to, before anybody relies on it."""

import argparse
import dataclasses
from pathlib import Path

from app.commands.printing import print_json, print_table
from app.formats import UNKNOWN, dollars
from app.holdings.reading import Answers, Preview, from_file
from app.holdings.reading.numbers import plain
from app.holdings.reading.preview import place

__all__ = ["add", "add_answers", "preview_of"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("holdings", help="show how a broker's file of holdings is read")
    command.set_defaults(command=holdings)
    command.add_argument(
        "file", type=Path, metavar="FILE", help="a broker's export of positions, or a CSV file"
    )
    add_answers(command)


def add_answers(command: argparse.ArgumentParser) -> None:
    """Options that say what a file of holdings leaves open."""
    command.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="symbol|shares|value=NAME",
        help="what a column means",
    )
    command.add_argument("--decimal", choices=(".", ","), help="what marks the decimals in the file")
    command.add_argument(
        "--symbol",
        action="append",
        default=[],
        metavar="NAME=SYMBOL",
        help="the symbol of a stock in the file",
    )
    command.add_argument(
        "--leave-out", action="store_true", help="leave out what the file holds besides stocks in dollars"
    )


def preview_of(options: argparse.Namespace, path: Path) -> Preview:
    """A file of holdings, read with the options' answers. Raises HoldingsError."""
    answers = Answers.said(options.column, options.symbol, options.decimal, leave_out=options.leave_out)
    with path.open("rb") as file:
        preview = from_file(file, answers)
    preview.portfolio(leave_out=options.leave_out)
    return preview


def holdings(options: argparse.Namespace) -> None:
    """Print what a file comes to. Saves nothing."""
    preview = preview_of(options, options.file)
    if options.json:
        print_json(dataclasses.asdict(preview))
        return
    rows = [
        (
            one.symbol,
            UNKNOWN if one.shares is None else plain(one.shares),
            dollars(one.value, 2),
            ", ".join(map(str, one.lines)),
        )
        for one in preview.entries
    ]
    print_table(("symbol", "shares", "value", "lines"), rows)
    print(f"Cash {dollars(preview.cash, 2)}")
    for note in preview.notes:
        print(f"Note: {note}")
    for row in preview.aside:
        print(f"Left out: {place(row.line)} {row.reason}: {row.text[:60]}")
    for row in preview.skipped:
        print(f"Skipped: {place(row.line)} {row.reason}: {row.text[:60]}")
