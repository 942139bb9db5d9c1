"""What was really held against what was advised, and what their difference is made of.

A saving counts from the close of its day's session on, and until the next one: shares stay as they are.
Four portfolios grow over each stretch between two savings, all before cost, for nobody knows what was paid:

1. *advised*: the sealed targets, traded at every fill, in fractions of shares;
2. the advice as it stood at the saving, kept until the next one;
3. the same in whole shares, from the holdings before, without trades below the minimum;
4. *held*: what was saved.

Timing is 2 against 1, rounding 3 against 2, trades not made (or made beyond the advice) 4 against 3. In log
growth these add up to the whole difference, over a stretch and over all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from app.holdings.portfolio import Portfolio, valued
from app.holdings.saved import Saving
from sac.arrays import Dates, Floats
from sac.config import CASH, Constraints
from sac.errors import DataError
from sac.market import MarketPanel
from sac.market.calendar import NEW_YORK
from sac.portfolio import drift
from sac.portfolio.trades import whole_share_trades
from sac.track import SealedWeek

__all__ = ["Stretch", "Tracked", "tracked"]


@dataclass(frozen=True)
class Stretch:
    """From one saving to the next, or to the end of the data. Growths and terms are in logs."""

    start: str  # session at whose close it begins, ISO
    end: str
    saved_at: datetime  # UTC
    held: float
    advised: float
    timing: float
    rounding: float
    not_made: float
    flow: float | None  # dollars that came or went at its start, costs included; None: nothing known before

    @property
    def difference(self) -> float:
        """Log growth of what was held over what was advised: the sum of the three terms."""
        return self.held - self.advised


@dataclass(frozen=True, eq=False)
class Tracked:
    """Every stretch of which the holdings are known, oldest first, and the way there by session."""

    stretches: tuple[Stretch, ...]
    dates: Dates  # (S,)
    held: Floats  # (S,) growth of a dollar over the known stretches; NaN in others
    advised: Floats  # (S,) the same
    late: int  # sealed weeks in it that were sealed after the fact

    @property
    def total(self) -> Stretch:
        """All stretches together."""
        first, last = self.stretches[0], self.stretches[-1]
        terms = ("held", "advised", "timing", "rounding", "not_made")
        sums = {term: sum(getattr(stretch, term) for stretch in self.stretches) for term in terms}
        return replace(first, end=last.end, flow=None, **sums)


@dataclass(frozen=True)
class _Advice:
    """The sealed targets along the sessions of a panel."""

    panel: MarketPanel
    fills: Mapping[int, SealedWeek]  # session's place -> the week that trades at its close, oldest first
    weights: Floats  # (S, n+1) at each close, after its trades; NaN before the first fill
    growth: Floats  # (S,) of a dollar since the first fill

    def known_prices(self, place: int) -> dict[str, float]:
        """Closes of a session as they were known then: the data's own later change with every dividend."""
        closes = self.panel.closes[place]
        row = self.fills[max(fill for fill in self.fills if fill <= place)]
        decided = _place(self.panel, np.datetime64(row.decision))
        then = self.panel.closes[decided] if decided >= 0 else np.full_like(closes, np.nan)
        moves = np.array([row.closes.get(name, np.nan) for name in self.panel.symbols]) / then
        known = closes * np.where(np.isfinite(moves), moves, 1.0)
        return dict(zip(self.panel.symbols, known.tolist(), strict=True))


def tracked(savings: Sequence[Saving], rows: Sequence[SealedWeek], panel: MarketPanel) -> Tracked | None:
    """Compare what one person saved with one subject's sealed rows, on the panel's closes.

    None where no saving has a session after it, or nothing was advised by then. Raises DataError where the
    data lack a stock of the advice, DeskError for holdings that cannot be traded in whole shares.
    """
    advice = _advised(rows, panel)
    if advice is None or not savings:
        return None
    places = _by_session(savings, panel, min(advice.fills))
    ends = [*list(places)[1:], len(panel.sessions) - 1]
    stretches: list[Stretch] = []
    levels = np.full((2, len(panel.sessions)), np.nan)
    before: dict[str, float] | None = None
    level = np.ones(2)
    for (start, saving), end in zip(places.items(), ends, strict=True):
        held = _shares(saving.portfolio, advice.known_prices(start)) if saving.portfolio else None
        if held is not None and end > start:
            stretch, paths = _stretch(advice, saving, held, before, start, end)
            stretches.append(stretch)
            levels[:, start : end + 1] = level[:, None] * paths
            level = levels[:, end]
        before = held
    late = sum(row.kind == "late" for row in advice.fills.values())
    return Tracked(tuple(stretches), panel.sessions, levels[0], levels[1], late) if stretches else None


def _advised(rows: Sequence[SealedWeek], panel: MarketPanel) -> _Advice | None:
    decided = [row for row in rows if row.weights and row.kind != "restated"]
    missing = {name for row in decided for name in row.weights} - {*panel.symbols, CASH}
    if missing:
        raise DataError(f"The data no longer hold {', '.join(sorted(missing))}: bring the universe back.")
    known = [row for row in decided if np.datetime64(row.fill) in panel.sessions]
    known.sort(key=lambda row: (row.fill, row.seq))  # where the champion changed in a week, the later counts
    fills = {_place(panel, np.datetime64(row.fill)): row for row in known}
    if not fills:
        return None
    count, names = len(panel.sessions), (*panel.symbols, CASH)
    weights, growth = np.full((count, len(names)), np.nan), np.full(count, np.nan)
    steps = _growth(panel, known[-1])
    first = min(fills)
    growth[first] = 1.0
    for place in range(first, count):
        if place > first:
            growth[place] = growth[place - 1] * (weights[place - 1] @ steps[place])
            weights[place] = drift(weights[place - 1], steps[place])
        if row := fills.get(place):
            weights[place] = [row.weights.get(name, 0.0) for name in names]
    return _Advice(panel, fills, weights, growth)


def _growth(panel: MarketPanel, row: SealedWeek) -> Floats:
    """What a dollar in each asset became since the session before: (S, n+1); the first row says nothing."""
    steps = np.ones((len(panel.sessions), len(panel.symbols) + 1))
    steps[1:, :-1] = panel.closes[1:] / panel.closes[:-1]
    days = np.diff(panel.sessions).astype(float)
    steps[1:, -1] = Constraints(**row.constraints).cash_growth ** (days / 7.0)
    return steps


def _by_session(savings: Sequence[Saving], panel: MarketPanel, first: int) -> dict[int, Saving]:
    """The last saving of each session's day, by the session's place; earlier ones count from the first."""
    places: dict[int, Saving] = {}
    for saving in savings:
        day = np.datetime64(pd.Timestamp(saving.at).tz_convert(NEW_YORK).date())
        places[max(_place(panel, day), first)] = saving
    return places


def _place(panel: MarketPanel, day: np.datetime64) -> int:
    """The last session at or before a day; -1 before all."""
    return int(np.searchsorted(panel.sessions, day, side="right")) - 1


def _shares(portfolio: Portfolio, prices: Mapping[str, float]) -> dict[str, float] | None:
    """Shares by symbol of the universe, and dollars of CASH; None where nothing of it was held."""
    held = valued(replace(portfolio, outside="keep"), prices)
    wealth = held.cash + sum(held.values.values())
    return {**held.shares, CASH: held.cash} if wealth > 0 else None


def _stretch(
    advice: _Advice,
    saving: Saving,
    held: dict[str, float],
    before: dict[str, float] | None,
    start: int,
    end: int,
) -> tuple[Stretch, Floats]:
    """One stretch, and the growth of held and advised over its sessions: (2, sessions)."""
    assert saving.portfolio is not None
    panel, prices = advice.panel, advice.known_prices(start)
    steps = _growth(panel, advice.fills[max(advice.fills)])[start : end + 1]
    steps[0] = 1.0
    grown = steps.cumprod(axis=0)  # (sessions, n+1)
    wealth = _wealth(held, prices)
    wanted = advice.weights[start]
    whole = _whole(wanted, before, wealth, prices, saving.portfolio.minimum)
    own = grown @ _weights(held, prices)
    kept, rounded = (float(np.log(grown[-1] @ weights)) for weights in (wanted, _weights(whole, prices)))
    ideal = advice.growth[start : end + 1] / advice.growth[start]
    advised, actual = float(np.log(ideal[-1])), float(np.log(own[-1]))
    stretch = Stretch(
        start=str(panel.sessions[start]),
        end=str(panel.sessions[end]),
        saved_at=saving.at,
        held=actual,
        advised=advised,
        timing=kept - advised,
        rounding=rounded - kept,
        not_made=actual - rounded,
        flow=None if before is None else wealth - _wealth(before, prices),
    )
    return stretch, np.stack([own, ideal])


def _whole(
    wanted: Floats,
    before: dict[str, float] | None,
    wealth: float,
    prices: Mapping[str, float],
    minimum: float,
) -> dict[str, float]:
    """The advice in whole shares, from the shares before and the wealth of now, or from CASH."""
    shares = {name: count for name, count in (before or {}).items() if name != CASH}
    cash = wealth - sum(count * prices[name] for name, count in shares.items())
    if cash < 0:  # more was taken out than was there in CASH: what was sold for it nobody knows
        shares, cash = {}, wealth
    target = dict(zip((*prices, CASH), wanted.tolist(), strict=True))
    orders = whole_share_trades(shares, cash, target, prices, 0.0, minimum)
    for trade in orders.trades:
        bought = trade.shares if trade.side == "buy" else -trade.shares
        shares[trade.symbol] = shares.get(trade.symbol, 0.0) + bought
    return {**shares, CASH: wealth - sum(count * prices[name] for name, count in shares.items())}


def _wealth(held: Mapping[str, float], prices: Mapping[str, float]) -> float:
    return sum(count * prices.get(name, 1.0) for name, count in held.items())


def _weights(held: Mapping[str, float], prices: Mapping[str, float]) -> Floats:
    """Shares of wealth in the panel's order, CASH last: (n+1,)."""
    values = np.array([held.get(name, 0.0) * prices.get(name, 1.0) for name in (*prices, CASH)])
    shares: Floats = values / values.sum()
    return shares
