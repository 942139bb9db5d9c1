"""`sac-desk data`: what the desk works on, its refresh, and the choice of another market."""

import argparse
import dataclasses
import datetime as dt
from typing import Any

from app.commands.following import actor, followed
from app.commands.printing import print_json, print_table
from app.jobs.queue import Jobs
from app.settings import settings
from app.tasks.refresh import MARKET
from sac.config import SIGNALS
from sac.market import SOURCES, MarketChoice, load_panel, read_choice, write_choice

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    group = commands.add_parser("data", help="show, refresh or choose the market data")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("status", help="source, window, what is known").set_defaults(command=status)
    actions.add_parser("refresh", help="fetch what is missing").set_defaults(command=refresh)
    command = actions.add_parser("use", help="choose source and universe")
    command.set_defaults(command=use)
    command.add_argument("source", choices=SOURCES)
    command.add_argument("symbols", nargs="*", metavar="SYMBOL", help="the present ones by default")
    command.add_argument("--start", type=dt.date.fromisoformat, metavar="DATE", help="first day, 2005-01-03")
    for command in actions.choices.values():
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON only")


def status(options: argparse.Namespace) -> None:
    """Print where the data come from, how far they go and which signals are real."""
    panel = load_panel(settings().data)
    if options.json:
        print_json({"symbols": list(panel.symbols), **dataclasses.asdict(panel.provenance)})
        return
    source = panel.provenance
    print(f"{source.source}: {SOURCES[source.source]}")
    print(f"{len(panel.symbols)} symbols, {source.window_start} to {source.window_end}")
    print(f"known: {', '.join(source.fields)}")
    print(f"unknown: {', '.join(name for name in SIGNALS if name not in source.fields) or 'nothing'}")
    if source.note:
        print(f"Note: {source.note}")


def refresh(options: argparse.Namespace) -> None:
    """Submit a refresh and follow it to its end. Ctrl-C cancels it; what was fetched is kept."""
    jobs = Jobs(settings())
    job = jobs.submit(MARKET, "refresh", {}, actor())
    result = followed(jobs, job, "refresh", "what was fetched until then is kept")
    if options.json:
        print_json(result)
        return
    skipped = result.pop("skipped")
    for part, outcome in result.items():
        print(f"{part}: {_told(outcome)}")
    failed = [
        (symbol, reason)
        for outcome in result.values()
        for symbol, reason in outcome.get("failed", {}).items()
    ]
    if failed:
        print_table(("failed", "reason"), failed)
    for reason in skipped.values():
        print(f"left out: {reason}")


def use(options: argparse.Namespace) -> None:
    """Write market.toml."""
    home = settings().data
    present = read_choice(home)
    if options.source == "sample":
        choice = MarketChoice()
    else:
        symbols = tuple(symbol.upper() for symbol in options.symbols) or present.symbols
        choice = MarketChoice(options.source, symbols, options.start or present.start)
    write_choice(home, choice)
    if options.json:
        print_json({"source": choice.source, "symbols": list(choice.symbols), "start": str(choice.start)})
        return
    print(f"{choice.source}, {len(choice.symbols)} symbols from {choice.start}")
    if set(choice.symbols) != set(present.symbols):
        print("The universe changed: models of the old one need a full training before they can be used.")


def _told(outcome: dict[str, Any]) -> str:
    if "articles" in outcome:
        return f"{outcome['articles']:,} articles scored"
    return ", ".join(f"{len(outcome[name])} {name}" for name in ("fetched", "kept", "failed"))
