"""`sac-desk data`: what the desk works on, its refresh, and the choice of another market."""

import argparse
import dataclasses
import datetime as dt

from app.commands.following import actor, followed
from app.commands.not_used import not_used, print_not_used
from app.commands.printing import print_json, print_table, say
from app.jobs.kind import NoSettings
from app.jobs.queue import jobs_of
from app.settings import settings
from app.tasks.refresh import MARKET, REFRESH, Part, ScoredNews
from sac.config import SIGNALS
from sac.market import SOURCES, MarketChoice, load_panel, read_choice, write_choice
from sac.market.symbols import written

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
    panel, findings = load_panel(settings().data), not_used()
    if options.json:
        known = {**dataclasses.asdict(panel.provenance), "not_used": dataclasses.asdict(findings)}
        print_json({"symbols": list(panel.symbols), **known})
        return
    source = panel.provenance
    say(f"{source.source}: {SOURCES[source.source]}")
    say(f"{len(panel.symbols)} symbols, {source.window_start} to {source.window_end}")
    say(f"known: {', '.join(source.fields)}")
    say(f"unknown: {', '.join(name for name in SIGNALS if name not in source.fields) or 'nothing'}")
    print_not_used(findings)
    if source.note:
        say(f"Note: {source.note}")


def refresh(options: argparse.Namespace) -> None:
    """Submit a refresh and follow it to its end. Ctrl-C cancels it; what was fetched is kept."""
    jobs = jobs_of(settings())
    job = jobs.submit(REFRESH, MARKET, NoSettings(), actor())
    result = followed(jobs, REFRESH, job, "refresh", "what was fetched until then is kept")
    if options.json:
        print_json(result.model_dump(exclude_none=True))
        return
    for name, part in result.parts.items():
        say(f"{name}: {_counts(part)}")
    if result.failed:
        print_table(("failed", "reason"), result.failed)
    for reason in result.skipped.values():
        say(f"left out: {reason}")


def use(options: argparse.Namespace) -> None:
    """Write market.toml."""
    data = settings().data
    present = read_choice(data)
    if options.source == "sample":
        choice = MarketChoice()
    else:
        symbols = tuple(map(written, options.symbols)) or present.symbols
        choice = MarketChoice(options.source, symbols, options.start or present.start)
    write_choice(data, choice)
    if options.json:
        print_json({"source": choice.source, "symbols": list(choice.symbols), "start": str(choice.start)})
        return
    say(f"{choice.source}, {len(choice.symbols)} symbols from {choice.start}")
    if set(choice.symbols) != set(present.symbols):
        say("The universe changed: models of the old one need a full training before they can be used.")


def _counts(part: Part) -> str:
    if isinstance(part, ScoredNews):
        return f"{part.articles:,} articles scored"
    return f"{len(part.fetched)} fetched, {len(part.kept)} kept, {len(part.failed)} failed"
