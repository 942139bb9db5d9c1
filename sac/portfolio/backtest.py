"""`Backtest`: the result of an allocator over a stretch of the panel, week by week."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sac.arrays import Dates, Floats
from sac.config import Constraints
from sac.market import MarketPanel
from sac.portfolio.accounting import account, all_cash, asset_growth, drift

__all__ = ["Allocator", "Backtest", "backtest", "backtests", "index_backtest", "log_lead"]


class Allocator(Protocol):
    """A thing that turns what was known at a step into target weights."""

    @property
    def name(self) -> str:
        """How pages and reports call it."""

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats | None:
        """Target weights (n+1,), CASH last, or None for "no trade".

        weights (n+1,) is the portfolio as it stands at the decision's close. Of the panel it may read what
        was known at `step` only (leak!): gaps[step] and returns[step] come later.
        """


@dataclass(frozen=True, eq=False)
class Backtest:
    """Backtest of one allocator (W weeks, n stocks). Returns are fractions; wealth starts at 1 in CASH."""

    name: str
    symbols: tuple[str, ...]
    decisions: Dates  # (W,) session whose close decided the week
    fills: Dates  # (W,) session at whose close it was traded
    ends: Dates  # (W,) session at whose close its return is measured: the next fill
    folds: npt.NDArray[np.int64]  # (W,) evaluation year, 1 is the earliest; 0 where nothing was fitted
    weights: Floats  # (W, n+1) targets, CASH last
    growth: Floats  # (W, n+1) what a dollar in each asset became
    turnover: Floats  # (W,) dollars traded in stocks per dollar of wealth
    gross: Floats  # (W,) return before cost
    net: Floats  # (W,) return after cost
    members: Floats  # (W, M) net return of each member by itself; M may be 0
    entries: Floats  # (W, M) the same where it comes from all CASH that week; M may be 0

    @property
    def wealth(self) -> Floats:
        """Net wealth, (W+1,), from 1.0 at the first fill."""
        return np.concatenate([[1.0], np.cumprod(1.0 + self.net)])

    @property
    def dates(self) -> Dates:
        """When `wealth` is measured: the first fill, then every week's end; (W+1,)."""
        return np.concatenate([self.fills[:1], self.ends])

    def with_members(self, members: list["Backtest"], cost_rate: float) -> "Backtest":
        """The same backtest with its members' net returns beside it."""
        bought = np.stack([m.weights[:, :-1].sum(axis=1) for m in members], axis=1)  # (W, M) out of all CASH
        gross = np.stack([m.gross for m in members], axis=1)
        return dataclasses.replace(
            self,
            members=np.stack([m.net for m in members], axis=1),
            entries=(1.0 - cost_rate * bought) * (1.0 + gross) - 1.0,
        )


def backtest(
    allocator: Allocator,
    panel: MarketPanel,
    steps: range,
    constraints: Constraints,
    folds: npt.NDArray[np.int64] | None = None,
) -> Backtest:
    """Run an allocator over consecutive steps of the panel, from all cash, net of costs.

    Raises ValueError when a step has no complete return or an allocation is no portfolio.
    """

    def decide(step: int, weights: Floats) -> Floats | None:
        decision = allocator.allocate(panel, step, weights[0])
        return None if decision is None else decision[None]

    return backtests([allocator.name], decide, panel, steps, [constraints], folds)[0]


def backtests(
    names: Sequence[str],
    decide: Callable[[int, Floats], Floats | None],
    panel: MarketPanel,
    steps: range,
    constraints: Sequence[Constraints],
    folds: npt.NDArray[np.int64] | None = None,
) -> list[Backtest]:
    """Run K allocators side by side, as `backtest` runs one; their constraints differ in costs at most.

    decide: from a step and weights (K, n+1) to target weights (K, n+1), or None where nobody trades.
    """
    if not len(steps) or steps.step != 1 or steps.start < 0 or steps.stop > panel.complete_steps:
        raise ValueError(f"{steps} is not a stretch of the {panel.complete_steps} complete steps")
    window = slice(steps.start, steps.stop)
    growth = asset_growth(panel.returns[window], constraints[0].cash_growth)
    seen = asset_growth(panel.seen[window], 1.0)  # CASH earns its week at the fill
    cost_rate = np.array([each.cost_rate for each in constraints])
    held = known = np.tile(all_cash(len(panel.symbols)), (len(names), 1))
    weights = np.empty((len(names), *growth.shape))
    turnover, gross, net = (np.empty((len(names), len(steps))) for _ in range(3))
    for row, step in enumerate(steps):
        decision = decide(step, known)
        target = held if decision is None else decision
        fine = np.isfinite(target).all(-1) & (target >= 0).all(-1) & (abs(target.sum(-1) - 1) < 1e-6)
        if not fine.all():
            bad = int(fine.argmin())
            raise ValueError(f"{names[bad]} gave no portfolio at {panel.decisions[step]}: {target[bad]}")
        week = account(held, target, growth[row], cost_rate)
        held, known = drift(target, growth[row]), drift(target, seen[row])
        weights[:, row], turnover[:, row] = target, week.turnover
        gross[:, row], net[:, row] = week.gross - 1.0, week.net - 1.0
    return [
        Backtest(
            name=name,
            symbols=panel.symbols,
            decisions=panel.decisions[window],
            fills=panel.fills[window],
            ends=panel.fills[steps.start + 1 : steps.stop + 1],
            folds=np.zeros(len(steps), dtype=np.int64) if folds is None else folds,
            weights=weights[each],
            growth=growth,
            turnover=turnover[each],
            gross=gross[each],
            net=net[each],
            members=np.empty((len(steps), 0)),
            entries=np.empty((len(steps), 0)),
        )
        for each, name in enumerate(names)
    ]


def log_lead(record: Backtest, reference: Backtest) -> Floats:
    """Weekly log growth over a reference's on the same weeks, (W,), net of costs."""
    lead: Floats = np.log1p(record.net) - np.log1p(reference.net)
    return lead


def index_backtest(name: str, levels: pd.Series, panel: MarketPanel, steps: range) -> Backtest:
    """What an index did over the steps, fill to fill, from its levels by session.

    Nobody holds or trades it: it has no symbols, no turnover and no costs.
    Raises ValueError where a fill has no level.
    """
    fills = panel.fills[steps.start : steps.stop + 1]
    known = levels.reindex(pd.DatetimeIndex(fills)).to_numpy(dtype="float64")
    if not np.isfinite(known).all():
        raise ValueError(f"{name} has no level on {fills[~np.isfinite(known)][0]}")
    growth = known[1:] / known[:-1]
    return Backtest(
        name=name,
        symbols=(),
        decisions=panel.decisions[steps.start : steps.stop],
        fills=fills[:-1],
        ends=fills[1:],
        folds=np.zeros(len(growth), dtype=np.int64),
        weights=np.ones((len(growth), 1)),
        growth=growth[:, None],
        turnover=np.zeros(len(growth)),
        gross=growth - 1.0,
        net=growth - 1.0,
        members=np.empty((len(growth), 0)),
        entries=np.empty((len(growth), 0)),
    )
