"""Holdings as people type, paste or upload them: symbols with shares or dollars, and CASH."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sac.config import CASH
from sac.errors import DeskError
from sac.market.symbols import by_key, symbol_key

__all__ = [
    "CASH",
    "EXAMPLE",
    "OUTSIDE",
    "Portfolio",
    "Position",
    "Valued",
    "meant",
    "outsiders",
    "valid_symbol",
    "valued",
]

OUTSIDE: dict[Literal["keep", "sell"], str] = {"keep": "Keep them aside", "sell": "Sell them"}
LARGEST_AMOUNT = 1e12  # dollars or shares
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^/]{0,19}|[A-Z]{1,6} [A-Z]")  # the last is a share class: BRK B


def valid_symbol(text: str) -> bool:
    """Whether a text names a stock, in capitals."""
    return text != CASH and bool(_SYMBOL.fullmatch(text))


@dataclass(frozen=True)
class Position:
    """One stock: its shares, or its market value in dollars, or both, as its holder wrote them."""

    symbol: str
    shares: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Raises DeskError for what cannot be held."""
        if not valid_symbol(self.symbol):
            raise DeskError(f"{self.symbol[:20]!r} is not a valid symbol: write it as AAPL or BRK-B.")
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
        """Raises DeskError for what cannot be held."""
        for amount, what in ((self.cash, "Cash"), (self.minimum, "The minimum trade size")):
            if not 0 <= amount <= LARGEST_AMOUNT:
                raise DeskError(f"{what} is {amount}: write an amount in dollars, zero or more.")
        symbols = [position.symbol for position in self.positions]
        twice = {symbol for symbol in symbols if symbols.count(symbol) > 1}
        if twice:
            raise DeskError(f"{min(twice)} is listed twice in the holdings: add it up.")


EXAMPLE = Portfolio(cash=100_000.0)  # of whoever saved nothing


@dataclass(frozen=True)
class Valued:
    """A portfolio at reference prices; what is kept aside is no part of it."""

    cash: float
    shares: dict[str, float]
    prices: dict[str, float]  # of the universe, and of what is sold outside it
    kept: tuple[Position, ...]  # outside the universe, not traded
    sold: tuple[Position, ...]  # outside the universe, to be sold
    spelling: dict[str, str]  # symbol of the universe -> as its holder writes it, where that differs

    @property
    def values(self) -> dict[str, float]:
        """Dollars by symbol."""
        return {symbol: shares * self.prices[symbol] for symbol, shares in self.shares.items()}

    def spelled(self, symbol: str) -> str:
        """A symbol as its holder writes it: orders go out as holdings came in."""
        return self.spelling.get(symbol, symbol)


def outsiders(positions: Iterable[Position], symbols: Iterable[str]) -> tuple[Position, ...]:
    """Positions that a universe does not know in any spelling."""
    known = {symbol_key(symbol) for symbol in symbols}
    return tuple(position for position in positions if symbol_key(position.symbol) not in known)


def meant(symbol: str, symbols: Iterable[str]) -> str:
    """A question where a symbol is one of the universe but for its mark, as BRKB is of BRK-B; else ""."""
    alike = next((one for one in symbols if symbol_key(one).replace("-", "") == symbol != one), None)
    return f" ({alike} is: write it so if that is meant)" if alike else ""


def valued(portfolio: Portfolio, prices: Mapping[str, float]) -> Valued:
    """A portfolio at the universe's prices (dollars by symbol); where shares are given, they count.

    A share class is found in any spelling. A stock outside the universe has its own price, value through
    shares. Raises DeskError where it is to be sold without both.
    """
    known, universe = dict(prices), by_key(prices)
    shares: dict[str, float] = {}
    spelling: dict[str, str] = {}
    strange = outsiders(portfolio.positions, prices)
    for position in portfolio.positions:
        symbol = universe.get(symbol_key(position.symbol))
        if symbol:
            given = position.shares
            own = (position.value or 0.0) / prices[symbol] if given is None else given
            shares[symbol] = shares.get(symbol, 0.0) + own
            spelling |= {symbol: position.symbol} if symbol != position.symbol else {}
        elif portfolio.outside == "sell":
            if not position.shares or not position.value:
                raise DeskError(
                    f"{position.symbol} is outside the universe, where the desk knows no prices: to sell it, "
                    "give both its shares and its value in dollars; or keep it aside."
                )
            shares[position.symbol] = position.shares
            known[position.symbol] = position.value / position.shares
    selling = portfolio.outside == "sell"
    kept, sold = ((), strange) if selling else (strange, ())
    return Valued(portfolio.cash, shares, known, kept, sold, spelling)
