"""Holdings as people type, paste or upload them: symbols with shares or dollars, and CASH."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sac.config import CASH
from sac.errors import DeskError

__all__ = ["CASH", "OUTSIDE", "Portfolio", "Position", "Valued", "valued"]

OUTSIDE: dict[Literal["keep", "sell"], str] = {"keep": "Keep them aside", "sell": "Sell them"}
LARGEST_AMOUNT = 1e12  # dollars or shares
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^/]{0,19}")


@dataclass(frozen=True)
class Position:
    """One stock: its shares, or its market value in dollars, or both, as its holder wrote them."""

    symbol: str
    shares: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Raises DeskError for what cannot be held."""
        if not _SYMBOL.fullmatch(self.symbol) or self.symbol == CASH:
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
