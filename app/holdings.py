"""Holdings as people type, paste or upload them: symbols with shares or dollars, and CASH."""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Literal

from sac.errors import DeskError
from sac.trading import CASH

__all__ = [
    "CASH",
    "OUTSIDE",
    "Portfolio",
    "Position",
    "Valued",
    "from_file",
    "from_rows",
    "from_text",
    "valued",
]

OUTSIDE: dict[Literal["keep", "sell"], str] = {"keep": "Keep them aside", "sell": "Sell them"}
LARGEST_FILE = 1_000_000  # bytes
MOST_POSITIONS = 1_000
LARGEST_AMOUNT = 1e12  # dollars or shares
_COLUMNS = {
    "symbol": "symbol",
    "ticker": "symbol",
    "shares": "shares",
    "quantity": "shares",
    "value": "value",
    "market value": "value",
    "market_value": "value",
}
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^/]{0,19}")
_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?")  # 1500.5 and 1,500.5, but no 1.500,5


@dataclass(frozen=True)
class Position:
    """One stock: its shares, or its market value in dollars, or both, as its holder wrote them."""

    symbol: str
    shares: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Raises DeskError for what nobody can hold."""
        if not _SYMBOL.fullmatch(self.symbol) or self.symbol == CASH:
            raise DeskError(f"{self.symbol[:20]!r} is no symbol: write it as AAPL or BRK-B.")
        if self.shares is None and self.value is None:
            raise DeskError(f"{self.symbol} has neither shares nor a value: give one, or leave it out.")
        for amount, what in ((self.shares, "shares"), (self.value, "dollars")):
            if amount is not None and not 0 <= amount <= LARGEST_AMOUNT:  # also refuses NaN
                raise DeskError(f"{self.symbol} has {amount} {what}: write a number, zero or more.")


@dataclass(frozen=True)
class Portfolio:
    """What one person holds, and how they want it traded."""

    cash: float = 0.0  # dollars
    positions: tuple[Position, ...] = ()
    outside: Literal["keep", "sell"] = "keep"  # what becomes of stocks outside the universe
    minimum: float = 0.0  # dollars; smaller trades are left out

    def __post_init__(self) -> None:
        """Raises DeskError for what nobody can hold."""
        for amount, what in ((self.cash, "Cash"), (self.minimum, "The smallest trade")):
            if not 0 <= amount <= LARGEST_AMOUNT:
                raise DeskError(f"{what} is {amount}: write an amount in dollars, zero or more.")
        symbols = [position.symbol for position in self.positions]
        twice = {symbol for symbol in symbols if symbols.count(symbol) > 1}
        if twice:
            raise DeskError(f"{min(twice)} stands twice in the holdings: add it up.")


@dataclass(frozen=True)
class Valued:
    """A portfolio at reference prices; what is kept aside is no part of it."""

    cash: float
    shares: dict[str, float]
    prices: dict[str, float]  # of the universe, and of what is sold outside it
    kept: tuple[Position, ...]  # outside the universe, not traded
    sold: tuple[Position, ...]  # outside the universe, to be sold

    @property
    def values(self) -> dict[str, float]:
        """Dollars by symbol."""
        return {symbol: shares * self.prices[symbol] for symbol, shares in self.shares.items()}


def valued(portfolio: Portfolio, prices: Mapping[str, float]) -> Valued:
    """A portfolio at the universe's prices (dollars by symbol); where shares are given, they count.

    A stock outside the universe has its own price, value through shares. Raises DeskError where it is to be
    sold without both.
    """
    shares, known = {}, dict(prices)
    strange = tuple(position for position in portfolio.positions if position.symbol not in prices)
    for position in portfolio.positions:
        symbol = position.symbol
        if symbol in prices:
            given = position.shares
            shares[symbol] = (position.value or 0.0) / prices[symbol] if given is None else given
        elif portfolio.outside == "sell":
            if not position.shares or not position.value:
                raise DeskError(
                    f"{symbol} is outside the universe, where the desk knows no prices: to sell it, "
                    "give both its shares and its value in dollars; or keep it aside."
                )
            shares[symbol], known[symbol] = position.shares, position.value / position.shares
    selling = portfolio.outside == "sell"
    return Valued(portfolio.cash, shares, known, () if selling else strange, strange if selling else ())


def from_file(file: IO[bytes]) -> Portfolio:
    """Holdings of a CSV file. Raises DeskError, naming the line, for anything that is not that."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise DeskError("The file is larger than 1 MB: it must hold one line per position.")
    try:
        return from_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DeskError("The file is no text: save the holdings as CSV (UTF-8).") from None


def from_text(text: str) -> Portfolio:
    """Holdings of lines with the columns symbol and shares or value (dollars), as in a file or spreadsheet.

    Columns are separated by tabs, semicolons or commas. Raises DeskError, naming the line.
    """
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = next((mark for mark in ("\t", ";") if mark in first), ",")
    table = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        rows = [(table.line_num, [cell.strip() for cell in row]) for row in table if any(map(str.strip, row))]
    except csv.Error as error:
        raise DeskError(f"Line {table.line_num} cannot be read ({error}): write it as `AAPL,12`.") from None
    columns = [_COLUMNS.get(cell.lower(), cell) for cell in rows[0][1]] if rows else []
    if "symbol" not in columns or not {"shares", "value"} & set(columns):
        raise DeskError(
            "The first line must name the columns: `symbol,shares`, `symbol,value` (dollars) or "
            "`symbol,shares,value`; then a line per position: `AAPL,12`."
        )
    if len(rows) - 1 > MOST_POSITIONS:
        raise DeskError(f"There are {len(rows) - 1:,} positions; the desk reads at most {MOST_POSITIONS:,}.")
    return from_rows(_cells(number, dict(zip(columns, row, strict=False))) for number, row in rows[1:])


def from_rows(rows: Iterable[tuple[str, float | None, float | None]], cash: float = 0.0) -> Portfolio:
    """Holdings of (symbol, shares, dollars) rows; a row without an amount is no position. CASH adds to cash.

    Raises DeskError.
    """
    positions = []
    for name, shares, value in rows:
        symbol = name.strip().upper()
        amounts = [None if amount is None or math.isnan(amount) else amount for amount in (shares, value)]
        if symbol == CASH:  # a dollar of cash is a share of it
            cash += next((amount for amount in reversed(amounts) if amount is not None), 0.0)
        elif any(amounts):
            positions.append(Position(symbol, *amounts))
    return Portfolio(cash, tuple(positions))


def _cells(number: int, row: Mapping[str, str]) -> tuple[str, float | None, float | None]:
    """Symbol, shares and dollars of one line."""
    amounts = []
    for column in ("shares", "value"):
        text = row.get(column, "").replace("$", "").strip()
        if text and not _NUMBER.fullmatch(text):
            raise DeskError(f"Line {number}: {text[:20]!r} is no number: write it as 1500.50.")
        amounts.append(float(text.replace(",", "")) if text else None)
    if amounts == [None, None]:
        raise DeskError(f"Line {number} has no amount: write symbol and shares or dollars: `AAPL,12`.")
    return row.get("symbol", ""), amounts[0], amounts[1]
