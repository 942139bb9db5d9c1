"""Whole-share trades from a portfolio to target weights, accounted in integer cents. Loads no torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sac.config import CASH
from sac.errors import SettingsError
from sac.market import MarketPanel

__all__ = ["Trade", "TradeList", "reference_prices", "whole_share_trades"]

_LARGEST = 1e13  # dollars; beyond it a float no longer holds every cent


@dataclass(frozen=True)
class Trade:
    """One order: whole shares of one stock, at a reference price."""

    symbol: str
    side: Literal["sell", "buy"]
    shares: int
    price_cents: int

    @property
    def value_cents(self) -> int:
        """What the shares are worth at the reference price."""
        return self.shares * self.price_cents


@dataclass(frozen=True)
class TradeList:
    """Orders and what they lead to. To the cent: positions_cents + cash_cents + cost_cents = value_cents."""

    trades: tuple[Trade, ...]  # sells before buys, for they pay for them
    value_cents: int  # the portfolio before the trades: positions and cash
    cost_cents: int
    cash_cents: int  # after trades and cost; never negative
    positions_cents: dict[str, int]  # value of each stock after the trades
    left_out: tuple[Trade, ...]  # smaller than the minimum

    @property
    def traded_cents(self) -> int:
        """Dollars bought and sold, in cents."""
        return sum(trade.value_cents for trade in self.trades)

    @property
    def turnover(self) -> float:
        """Dollars bought and sold per dollar of the portfolio before the trades."""
        return self.traded_cents / self.value_cents

    @property
    def skipped(self) -> tuple[str, ...]:
        """Stocks whose trade is left out."""
        return tuple(trade.symbol for trade in self.left_out)

    def weights(self) -> dict[str, float]:
        """Shares of wealth after trades and cost, CASH last; empty when the cost ate everything."""
        wealth = self.value_cents - self.cost_cents
        after = {**self.positions_cents, CASH: self.cash_cents}
        return {name: cents / wealth for name, cents in after.items()} if wealth else {}


def reference_prices(panel: MarketPanel, step: int) -> dict[str, float]:
    """Closes of a decision's session in dollars, to the cent.

    Adjusted closes at the end of a history are the market's own; further back they are not.
    """
    closes = panel.closes[panel.last_sessions[step]]
    return {symbol: round(float(close), 2) for symbol, close in zip(panel.symbols, closes, strict=True)}


def whole_share_trades(
    held: Mapping[str, float],
    cash: float,
    target_weights: Mapping[str, float],
    prices: Mapping[str, float],
    cost_rate: float,
    minimum: float = 0.0,
) -> TradeList:
    """Orders in whole shares that bring a portfolio to its target weights.

    held are shares by symbol, also fractions of one (a fraction stays where it is); cash, prices and minimum
    are dollars. A held stock without a target weight is sold. Every trade is rounded to the nearest share,
    and left out below `minimum`. The cost, cost_rate of every dollar traded in stocks as in the accounting,
    is rounded up to the cent and paid from cash. Where cash does not suffice, the largest buy is cut by the
    shares that are missing, then the next largest. Prices are rounded to the cent.
    Raises SettingsError for what is not a portfolio, a price or a weight.
    """
    symbols = list(dict.fromkeys((*(name for name in target_weights if name != CASH), *held)))
    _refuse_nonsense(symbols, held, cash, target_weights, prices, cost_rate, minimum)
    price = {symbol: round(prices[symbol] * 100) for symbol in symbols}
    before = {symbol: round(held.get(symbol, 0.0) * price[symbol]) for symbol in symbols}
    cash_cents, least = round(cash * 100), round(minimum * 100)
    value = sum(before.values()) + cash_cents
    if value <= 0:
        raise SettingsError("The portfolio is empty: enter some cash or a position.")
    orders: dict[str, int] = {}
    small: dict[str, int] = {}
    for symbol in symbols:
        gap = target_weights.get(symbol, 0.0) * value - before[symbol]
        shares = max(round(gap / price[symbol]), -math.floor(held.get(symbol, 0.0)))
        if shares:
            (small if abs(shares) * price[symbol] < least else orders)[symbol] = shares
    rate = Fraction(str(cost_rate))
    small |= _cut_buys(orders, price, cash_cents, rate, least)
    spent = sum(shares * price[symbol] for symbol, shares in orders.items())
    cost = _cost(orders, price, rate)
    return TradeList(
        trades=_trades(orders, price),
        value_cents=value,
        cost_cents=cost,
        cash_cents=cash_cents - spent - cost,
        positions_cents={s: before[s] + orders.get(s, 0) * price[s] for s in symbols},
        left_out=_trades(small, price),
    )


def _trades(orders: Mapping[str, int], price: Mapping[str, int]) -> tuple[Trade, ...]:
    """Signed shares by symbol as trades, sells before buys."""
    trades = [
        Trade(symbol, "buy" if shares > 0 else "sell", abs(shares), price[symbol])
        for symbol, shares in orders.items()
    ]
    return tuple(sorted(trades, key=lambda trade: trade.side, reverse=True))


def _cut_buys(
    orders: dict[str, int], price: dict[str, int], cash: int, rate: Fraction, least: int
) -> dict[str, int]:
    """Take shares off the largest buys until cash pays for everything. Sells pay their own cost.

    What is left of a buy, and is smaller than the minimum, is taken out of the orders: these are returned.
    """
    dropped: dict[str, int] = {}
    while True:
        spent = sum(shares * price[symbol] for symbol, shares in orders.items())
        missing = spent + _cost(orders, price, rate) - cash
        buys = [symbol for symbol, shares in orders.items() if shares > 0]
        if missing <= 0 or not buys:
            return dropped
        largest = max(buys, key=lambda symbol: orders[symbol] * price[symbol])
        left = orders[largest] - math.ceil(Fraction(missing, price[largest]))
        if left > 0 and left * price[largest] >= least:
            orders[largest] = left
        else:
            del orders[largest]
            dropped |= {largest: left} if left > 0 else {}


def _cost(orders: dict[str, int], price: dict[str, int], rate: Fraction) -> int:
    return math.ceil(rate * sum(abs(shares) * price[symbol] for symbol, shares in orders.items()))


def _refuse_nonsense(
    symbols: list[str],
    held: Mapping[str, float],
    cash: float,
    target_weights: Mapping[str, float],
    prices: Mapping[str, float],
    cost_rate: float,
    minimum: float,
) -> None:
    for what, amount in (("Cash", cash), ("The minimum trade size", minimum)):
        if not 0 <= amount <= _LARGEST:  # also refuses NaN
            raise SettingsError(f"{what} is {amount}: it must be an amount in dollars, zero or more.")
    if not 0 <= cost_rate < 1:
        raise SettingsError(
            f"The cost rate is {cost_rate}: it must be a fraction below 1, as 0.001 for 10 bps."
        )
    for symbol in symbols:
        price, shares = prices.get(symbol, math.nan), held.get(symbol, 0.0)
        if not 0.01 <= price <= _LARGEST:
            raise SettingsError(f"{symbol} has no price of a cent or more: give one, or leave it out.")
        if not (shares >= 0 and shares * price <= _LARGEST):
            raise SettingsError(f"{symbol}: {shares} shares is not a position; write a number, zero or more.")
    weights = list(target_weights.values())
    if not all(0 <= weight <= 1 + 1e-6 for weight in weights) or abs(sum(weights) - 1) > 1e-6:
        raise SettingsError("Target weights must be fractions of wealth that sum to 1, CASH included.")
