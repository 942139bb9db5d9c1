"""`sac-desk data`: what the desk works on, its refresh, and the choice of another market."""

import argparse
import dataclasses
import datetime as dt
from pathlib import Path

from app.commands.findings import printed, raised, shown
from app.commands.following import actor, followed
from app.commands.not_used import not_used, print_not_used
from app.commands.printing import print_json, print_table, say
from app.jobs.kind import NoSettings
from app.jobs.queue import jobs_of
from app.settings import settings
from app.tasks.refresh import MARKET, REFRESH, FetchedPrices, Part, ScoredNews
from sac.config import SIGNALS
from sac.errors import DeskError
from sac.market import (
    LARGEST_UPLOAD,
    SOURCES,
    Accepted,
    MarketChoice,
    accept_finding,
    apply_choice,
    blocks,
    by_symbol,
    load_panel,
    price_folder,
    read_choice,
    survey_market,
)
from sac.market.choice import check_symbol
from sac.market.prices.survey import survey_prices
from sac.market.symbols import written

__all__ = ["add"]

_EVER = dt.date(1900, 1, 1)  # a finding is looked for in all that there is


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    group = commands.add_parser("data", help="show, check, refresh or choose the market data")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("status", help="source, window, what is known").set_defaults(command=status)
    actions.add_parser("refresh", help="fetch what is missing").set_defaults(command=refresh)
    actions.add_parser("check", help="every symbol's verdict and all findings").set_defaults(command=check)
    command = actions.add_parser("use", help="check another source or universe, and apply it")
    command.set_defaults(command=use)
    command.add_argument("source", choices=SOURCES)
    command.add_argument("symbols", nargs="*", metavar="SYMBOL", help="the present ones by default")
    command.add_argument("--start", type=dt.date.fromisoformat, metavar="DATE", help="first day, 2005-01-03")
    command.add_argument("--apply", action="store_true", help="switch the desk, once nothing is refused")
    _add_prices(command)
    command = actions.add_parser("accept", help="accept a finding that is real")
    command.set_defaults(command=accept)
    command.add_argument("symbol", metavar="SYMBOL")
    _add_acceptance(command)
    command = actions.add_parser("closure", help="accept that nobody traded on a session")
    command.set_defaults(command=closure)
    _add_acceptance(command)
    command.add_argument("symbols", nargs="*", metavar="SYMBOL", help="the universe's by default")
    for command in actions.choices.values():
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON only")


def _add_acceptance(command: argparse.ArgumentParser) -> None:
    command.add_argument("day", metavar="DATE")
    command.add_argument("--reason", required=True, metavar="TEXT", help="kept in market.toml")
    _add_prices(command)


def _add_prices(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--prices",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="your own CSV, of one symbol or with a symbol column; repeatable",
    )


def status(options: argparse.Namespace) -> None:
    """Print where the data come from, how far they go and which signals are real."""
    panel, findings = load_panel(settings().data), not_used()
    if options.json:
        known = {**dataclasses.asdict(panel.provenance), "not_used": dataclasses.asdict(findings)}
        print_json({"symbols": list(panel.symbols), **known})
        return
    source = panel.provenance
    say(f"{source.source}: {SOURCES.get(source.source, 'your own files and Yahoo')}")
    say(f"{len(panel.symbols)} symbols, {source.window_start} to {source.window_end}")
    say(f"known: {', '.join(source.fields)}")
    say(f"unknown: {', '.join(name for name in SIGNALS if name not in source.fields) or 'nothing'}")
    print_not_used(findings)
    if source.note:
        say(f"Note: {source.note}")
    for one in source.accepted:
        say(f"{one.text}.")


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
        if isinstance(part, FetchedPrices):
            for symbol, years in part.corrected.items():
                say(f"{symbol}: Yahoo corrected returns of {years}")
    if result.failed:
        print_table(("failed", "reason"), result.failed)
    for reason in result.skipped.values():
        say(f"left out: {reason}")


def check(options: argparse.Namespace) -> None:
    """Print every symbol's verdict and all findings. Raises DataError where anything is refused."""
    data = settings().data
    survey = survey_market(data, read_choice(data))
    if options.json:
        print_json(shown(survey))
    else:
        printed(survey)
    raised(survey)


def use(options: argparse.Namespace) -> None:
    """Show what the checks say of another market; with --apply, switch the desk to it. Raises DeskError."""
    data = settings().data
    present, staged = read_choice(data), _brought(options)
    choice = MarketChoice(accepted=present.accepted)
    if staged and options.source != "files":
        raise DeskError("Prices are brought for the source files: sac-desk data use files --prices FILE.")
    if options.source != "sample":
        symbols = tuple(map(written, options.symbols)) or tuple(staged) or present.symbols
        choice = MarketChoice(options.source, symbols, options.start or present.start, present.accepted)
    survey = survey_market(data, choice, staged)
    applied = options.apply and not blocks(choice, survey)
    if options.json:
        asked = {"source": choice.source, "symbols": list(choice.symbols), "start": str(choice.start)}
        print_json({**asked, "applied": applied, **shown(survey)})
    else:
        printed(survey)
    if blocks(choice, survey):
        raised(survey)
    if options.apply:
        apply_choice(data, choice, staged)
    if not options.json:
        say(f"{choice.source}, {len(choice.symbols)} symbols from {choice.start}")
        _next_step(present, choice, applied)


def _next_step(present: MarketChoice, choice: MarketChoice, applied: bool) -> None:
    if not applied:
        say("Nothing was changed: the same command with --apply switches the desk.")
    elif set(choice.symbols) != set(present.symbols):
        say("The universe changed: models of the old one need a full training before they can be used.")


def accept(options: argparse.Namespace) -> None:
    """Keep in market.toml that a finding is real."""
    symbol = written(options.symbol)
    _keep(options, Accepted(options.day, options.reason, actor(), symbol), (symbol,))


def closure(options: argparse.Namespace) -> None:
    """Keep in market.toml that nobody traded on a session."""
    symbols = tuple(map(written, options.symbols))
    _keep(options, Accepted(options.day, options.reason, actor()), symbols)


def _keep(options: argparse.Namespace, entry: Accepted, symbols: tuple[str, ...]) -> None:
    """Keep what was accepted, if the prices of those symbols show it. Raises DeskError."""
    data, staged = settings().data, _brought(options)
    present = read_choice(data)
    symbols = tuple(map(check_symbol, symbols)) or tuple(staged) or present.symbols
    survey = survey_prices(price_folder(data), symbols, _EVER, present.accepted, staged=staged)
    accept_finding(data, survey, entry)
    if options.json:
        print_json(dataclasses.asdict(entry))
    else:
        say(f"{entry.text}.")


def _brought(options: argparse.Namespace) -> dict[str, bytes]:
    """CSV files by symbol, of those named on the command line. Raises DeskError."""
    files = dict[str, bytes]()
    for path in options.prices:
        if path.name in files:
            raise DeskError(f"{path.name} is named twice: leave one of them out.")
        with path.open("rb") as file:
            files[path.name] = file.read(LARGEST_UPLOAD + 1)
    return by_symbol(files)


def _counts(part: Part) -> str:
    if isinstance(part, ScoredNews):
        return f"{part.articles:,} articles scored"
    return f"{len(part.fetched)} fetched, {len(part.kept)} kept, {len(part.failed)} failed"
