"""What the prices of a universe are worth: every symbol's verdict, all findings, and one table."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from sac.errors import DataError
from sac.market.accepted import Accepted, closures_of
from sac.market.calendar import NEW_YORK, exchange_sessions
from sac.market.prices.checks import ALL, Finding, decided_weeks, findings_of, refuse, settled, unpriced
from sac.market.prices.files import file_of
from sac.market.prices.tables import OPTIONAL_FIELDS, PriceFile, cells_of, price_file, read_price_file
from sac.text import some_of

__all__ = ["PriceTable", "Survey", "SymbolReport", "survey_of", "survey_prices"]

_LEAST_YEARS = 3  # of history of every symbol: less teaches nothing
_LATE_DAYS = 10  # calendar days by which one symbol may end before the others
_MOST_NAMES = 6  # symbols that a note names one by one

PriceTable = dict[str, pd.DataFrame]  # field -> sessions × symbols


@dataclass(frozen=True)
class SymbolReport:
    """One symbol's prices from the first day on; dates are ISO text, None where nothing could be read."""

    symbol: str
    first: str | None
    last: str | None
    gaps: int  # sessions between first and last without a close
    last_close: float | None  # dollars
    written_by: Literal["yahoo", "files", "sample"] | None
    fetched_at: str | None
    findings: tuple[Finding, ...]  # that stay: an accepted one is none
    accepted: tuple[Accepted, ...]

    @property
    def verdict(self) -> str:
        """In one word."""
        return "refused" if self.findings else "accepted" if self.accepted else "passed"


@dataclass(frozen=True, eq=False)
class Survey:
    """Every finding about a universe's prices, and the prices."""

    reports: tuple[SymbolReport, ...]
    findings: tuple[Finding, ...]  # in the order of the symbols
    prices: PriceTable  # of the symbols that could be read, within the common window
    notes: tuple[str, ...]  # what shortens the window, and how files were read
    accepted: tuple[Accepted, ...]  # findings and closures that hold here
    unpriced: tuple[str, ...]  # sessions on which no symbol has a close, ISO

    @property
    def source(self) -> str:
        """What wrote the files: "yahoo", "files", or "mixed"."""
        writers = {report.written_by for report in self.reports if report.written_by}
        return writers.pop() if len(writers) == 1 else "mixed" if writers else "files"

    @property
    def fetched_at(self) -> str | None:
        """The earliest download of a file, ISO; None where none was downloaded."""
        return min((report.fetched_at for report in self.reports if report.fetched_at), default=None)

    def trusted(self) -> PriceTable:
        """Prices of the whole universe. Raises DataError where anything is refused."""
        refuse(self.findings)
        return self.prices


def survey_prices(
    folder: Path,
    symbols: Sequence[str],
    start: dt.date,
    accepted: Collection[Accepted] = (),
    *,
    staged: Mapping[str, bytes] | None = None,
    now: pd.Timestamp | None = None,
) -> Survey:
    """Look at the prices of a universe by session from `start` on; nothing is refused yet.

    `staged`: CSV files by symbol that stand in for those of the folder. `now`: today's row is left out until
    its session is over.
    """
    files: dict[str, PriceFile] = {}
    unreadable: list[Finding] = []
    for symbol in symbols:
        try:
            if staged and symbol in staged:
                name = f"{symbol}.csv"
                files[symbol] = price_file(name, cells_of(name, staged[symbol]), now=now)
            else:
                files[symbol] = read_price_file(file_of(folder, symbol), now)
        except DataError as problem:
            unreadable.append(Finding(symbol, "", str(problem)))
    return survey_of(files, symbols, start, accepted, unreadable, now)


def survey_of(
    files: Mapping[str, PriceFile],
    symbols: Sequence[str],
    start: dt.date,
    accepted: Collection[Accepted] = (),
    unreadable: Sequence[Finding] = (),
    now: pd.Timestamp | None = None,
) -> Survey:
    """The same of files that were read."""
    closures, start = closures_of(accepted), max(start, dt.date(1900, 1, 1))
    found = [*unreadable, *_misfits(files)]
    usable = {symbol: file.table for symbol, file in files.items() if symbol not in _named(found)}
    prices, notes, absent = PriceTable(), list[str](), list[str]()
    if usable:
        first, last, notes = _window(usable, start)
        if first > last:
            text = f"No price lies between {first.date()} and {last.date()}: choose an earlier first day."
            found.append(Finding(ALL, "", text))
        else:
            prices = _table(usable, first, last)
            closes = prices["close"]
            found += findings_of(closes, closures, {name: _remedy(files[name]) for name in usable})
            today = (now or pd.Timestamp.now(NEW_YORK)).tz_convert(NEW_YORK).date()
            absent = unpriced(closes, closures, np.datetime64(today))
            notes += _undecided(closes, closures)
    findings, used = settled(_ordered(found, symbols), accepted)
    lasting = tuple(one for one in accepted if not one.symbol and one.day >= str(start))
    reports = [_report(symbol, files.get(symbol), start, findings, used, closures) for symbol in symbols]
    return Survey(
        tuple(reports),
        tuple(findings),
        prices,
        (*notes, *_file_notes(files)),
        (*used, *lasting),
        tuple(absent),
    )


def _misfits(files: Mapping[str, PriceFile]) -> list[Finding]:
    """Symbols that end long before the others, or begin too late."""
    found = []
    ends = [file.table.index[-1] for file in files.values()]
    newest = max(ends, default=pd.Timestamp(0))
    fresh = min((end for end in ends if (newest - end).days <= _LATE_DAYS), default=newest)
    for symbol, file in files.items():
        first, end = file.table.index[[0, -1]]
        if (newest - end).days > _LATE_DAYS:
            text = (
                f"{symbol} ends on {end.date()}, others on {newest.date()}. "
                "Refresh it, or take it out of the universe if it is no longer traded."
            )
        elif first > fresh - pd.DateOffset(years=_LEAST_YEARS):
            text = (
                f"{symbol} has prices since {first.date()} only: {_LEAST_YEARS} years are needed. "
                "Take it out of the universe."
            )
        else:
            continue
        found.append(Finding(symbol, str(end.date()), text))
    return found


def _window(
    tables: Mapping[str, pd.DataFrame], start: dt.date
) -> tuple[pd.Timestamp, pd.Timestamp, list[str]]:
    """First and last session that all have, and notes on what shortens it."""
    youngest = max(tables, key=lambda symbol: tables[symbol].index[0])
    oldest = min(tables, key=lambda symbol: tables[symbol].index[-1])
    newest = max(table.index[-1] for table in tables.values())
    first, last = max(pd.Timestamp(start), tables[youngest].index[0]), tables[oldest].index[-1]
    notes = []
    if (first - pd.Timestamp(start)).days > 7:
        notes.append(f"The window begins on {first.date()}, when {youngest} does.")
    if last < newest:
        notes.append(f"The window ends on {last.date()}, when {oldest} does, others on {newest.date()}.")
    return first, last, notes


def _table(tables: Mapping[str, pd.DataFrame], first: pd.Timestamp, last: pd.Timestamp) -> PriceTable:
    """Field -> sessions × symbols; an optional field only where every symbol has it on every session."""
    kept = {symbol: table.loc[first:last] for symbol, table in tables.items()}
    fields = [name for name in OPTIONAL_FIELDS if all(_complete(table, name) for table in kept.values())]
    return {
        name: pd.DataFrame({symbol: table[name] for symbol, table in kept.items()}).sort_index()
        for name in ("close", *fields)
    }


def _complete(table: pd.DataFrame, name: str) -> bool:
    """Whether a field can be used: known everywhere, and positive where a logarithm is taken."""
    return name in table and bool((table[name] >= 0 if name == "volume" else table[name] > 0).all())


def _undecided(closes: pd.DataFrame, closures: Collection[str]) -> list[str]:
    """A note on newest decisions that no symbol has a price for."""
    days = closes.index.to_numpy().astype("datetime64[D]")
    weeks, late = decided_weeks(days, closures)
    if not len(late) or not len(weeks.decisions):
        return []
    return [
        f"No symbol has a close on {late[0]}, where its week decides: the window ends on "
        f"{weeks.decisions[-1]}. Complete the prices, or accept the closure if nobody traded."
    ]


def _remedy(file: PriceFile) -> str:
    if file.written_by == "yahoo":
        return "Refresh the data, which fetches it from the start, or take the symbol out of the universe."
    return f"Correct the file of {file.symbol} or take the symbol out of the universe."


def _file_notes(files: Mapping[str, PriceFile]) -> list[str]:
    """What a reader must know of files, once for all that share it."""
    alike: dict[str, list[str]] = {}
    for symbol, file in files.items():
        for note in file.notes:
            alike.setdefault(note, []).append(symbol)
    own = [symbol for symbol, file in files.items() if file.written_by == "files"]
    if 0 < len(own) < len(files):
        alike["prices are files of your own, the others' are from Yahoo."] = own
    return [f"{some_of(symbols, _MOST_NAMES)}: {note}" for note, symbols in alike.items()]


def _report(
    symbol: str,
    file: PriceFile | None,
    start: dt.date,
    findings: Sequence[Finding],
    accepted: Sequence[Accepted],
    closures: Collection[str],
) -> SymbolReport:
    own = tuple(finding for finding in findings if finding.symbol == symbol)
    real = tuple(one for one in accepted if one.symbol == symbol)
    closes = file.table["close"].loc[pd.Timestamp(start) :].dropna() if file else pd.Series(dtype="float64")
    if file is None or closes.empty:
        return SymbolReport(symbol, None, None, 0, None, file.written_by if file else None, None, own, real)
    days = closes.index.to_numpy().astype("datetime64[D]")
    sessions = exchange_sessions(days[0], days[-1], closures)
    return SymbolReport(
        symbol,
        str(days[0]),
        str(days[-1]),
        int((~np.isin(sessions, days)).sum()),
        float(closes.iloc[-1]),
        file.written_by,
        file.fetched_at,
        own,
        real,
    )


def _named(findings: Sequence[Finding]) -> set[str]:
    return {finding.symbol for finding in findings}


def _ordered(findings: Sequence[Finding], symbols: Sequence[str]) -> list[Finding]:
    """What nobody can accept of all, then as the universe lists its symbols, then closures of all."""
    place = {symbol: row for row, symbol in enumerate(symbols)}
    return sorted(findings, key=lambda one: place.get(one.symbol, len(symbols) if one.acceptable else -1))
