"""`market.toml`: which market the desk works on, as the data folder says."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sac.config import CASH
from sac.errors import DataError
from sac.files import replace_file
from sac.market.accepted import Accepted
from sac.market.prices.sample import DEMO_UNIVERSE
from sac.market.symbols import by_key, written

__all__ = [
    "FEWEST_SYMBOLS",
    "MOST_SYMBOLS",
    "SOURCES",
    "MarketChoice",
    "accept",
    "check_symbol",
    "market_file",
    "read_choice",
    "write_choice",
]

SOURCES = {
    "sample": "the embedded sample: 15 large US companies, 2005 to 2022",
    "yahoo": "Yahoo Finance, downloaded by a refresh",
    "files": "your own files in raw/prices",
}
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^]{0,14}")  # also a file's name, so nothing that leads elsewhere
FEWEST_SYMBOLS, MOST_SYMBOLS = 2, 600  # of a universe: more than any stock index of one exchange has
_ENTRY = ("day", "reason", "who")  # keys of what was accepted


@dataclass(frozen=True)
class MarketChoice:
    """Source, universe and first day. Raises DataError for what cannot be."""

    source: Literal["sample", "yahoo", "files"] = "sample"
    symbols: tuple[str, ...] = DEMO_UNIVERSE
    start: dt.date = dt.date(2005, 1, 3)
    accepted: tuple[Accepted, ...] = ()  # findings and closures, whatever the universe is

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise DataError(f"There is no source {self.source!r}: choose one of {', '.join(SOURCES)}.")
        for symbol in self.symbols:
            check_symbol(symbol)
        twice = {symbol for symbol in self.symbols if self.symbols.count(symbol) > 1}
        if twice:
            raise DataError(f"{min(twice)} stands twice in the universe: remove one.")
        by_key(self.symbols)
        if not FEWEST_SYMBOLS <= len(self.symbols) <= MOST_SYMBOLS:
            raise DataError(
                f"A universe has {FEWEST_SYMBOLS} to {MOST_SYMBOLS} symbols, this one {len(self.symbols)}."
            )
        if self.start >= (today := dt.date.today()):
            raise DataError(f"The start {self.start} lies in the future: today is {today} on this machine.")
        if self.source == "sample" and set(self.symbols) != set(DEMO_UNIVERSE):
            raise DataError(
                "The sample's universe is fixed. To choose symbols, choose the source yahoo or files."
            )


def check_symbol(symbol: str) -> str:
    """The symbol, if it can be one. Raises DataError."""
    if not _SYMBOL.fullmatch(symbol) or symbol == CASH:
        raise DataError(f"{symbol[:20]!r} is not a valid symbol: write it as AAPL or BRK-B.")
    return symbol


def market_file(data: Path) -> Path:
    """Where the choice is written down."""
    return data / "market.toml"


def read_choice(data: Path) -> MarketChoice:
    """What `market.toml` says; without it, the sample. Raises DataError naming the key and the remedy."""
    path = market_file(data)
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return MarketChoice()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}. Fix it, or move it away.") from None
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path.name} is not valid TOML: {error}. Fix it, or delete it to get the sample."
        ) from None
    unknown = given.keys() - {"source", "symbols", "start", "accepted", "closures"}
    if unknown:
        raise DataError(
            f"{path.name} has a key {min(unknown)!r}: it knows source, symbols, start, accepted and closures."
        )
    _refuse_type(given, "source", str, 'source = "yahoo"')
    _refuse_type(given, "symbols", list, 'symbols = ["AAPL", "MSFT"]')
    _refuse_type(given, "start", dt.date, "start = 2005-01-03")
    if "symbols" in given:
        given["symbols"] = tuple(written(str(symbol)) for symbol in given["symbols"])
    if type(given.get("start")) is dt.datetime:
        given["start"] = given["start"].date()
    given["accepted"] = (
        *_entries(given, "accepted", {"symbol", *_ENTRY}),
        *_entries(given, "closures", set(_ENTRY)),
    )
    given.pop("closures", None)
    return MarketChoice(**given)


def write_choice(data: Path, choice: MarketChoice) -> None:
    """Replace `market.toml`; a reader sees the old choice or the new one."""
    lines = [
        f"source = {json.dumps(choice.source)}",
        *([] if choice.source == "sample" else [f"symbols = {_listed(choice.symbols)}"]),
        f"start = {choice.start.isoformat()}",
    ]
    for one in choice.accepted:
        lines += ["", "[[accepted]]", f"symbol = {_text(one.symbol)}"] if one.symbol else ["", "[[closures]]"]
        lines += [f"day = {one.day}", f"reason = {_text(one.reason)}", f"who = {_text(one.who)}"]
    replace_file(market_file(data), ("\n".join(lines) + "\n").encode())


def accept(data: Path, entry: Accepted) -> None:
    """Add a finding that a person accepts to `market.toml`; one of the same symbol and day is replaced."""
    present = read_choice(data)
    others = (one for one in present.accepted if (one.symbol, one.day) != (entry.symbol, entry.day))
    write_choice(data, replace(present, accepted=(*others, entry)))


def _entries(given: dict[str, Any], key: str, names: set[str]) -> list[Accepted]:
    """What the tables of that key say was accepted."""
    tables = given.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DataError(f"market.toml: {key} must be tables under [[{key}]].")
    entries = []
    for table in tables:
        if table.keys() != names:
            raise DataError(
                f"market.toml: a table [[{key}]] holds {', '.join(sorted(names))} and nothing else."
            )
        symbol = check_symbol(str(table["symbol"])) if "symbol" in names else ""
        entries.append(Accepted(str(table["day"]), table["reason"], table["who"], symbol))
    return entries


def _listed(symbols: Sequence[str]) -> str:
    return f"[{', '.join(_text(symbol) for symbol in symbols)}]"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _refuse_type(given: dict[str, Any], key: str, kind: type, example: str) -> None:
    if key in given and not isinstance(given[key], kind):
        raise DataError(f"market.toml: {key} must look like {example}.")
