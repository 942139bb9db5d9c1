"""What became of sealed decisions: the one accounting, on the data that have arrived since."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sac.arrays import Floats
from sac.config import CASH, Constraints
from sac.errors import DataError
from sac.market import MarketPanel
from sac.market.symbols import symbol_key
from sac.portfolio import Backtest, EqualWeight, backtests, equal_weights, log_lead
from sac.track.sealed import SealedWeek

__all__ = ["Scored", "live", "scored"]


@dataclass(frozen=True, eq=False)
class Scored:
    """A champion's live weeks (W) beside equal weight's, both from all CASH and net of costs."""

    champion: Backtest
    equal: Backtest
    cost_rate: float

    @property
    def leads(self) -> Floats:
        """Weekly log growth over equal weight, (W,)."""
        return log_lead(self.champion, self.equal)

    @property
    def lead_of(self) -> dict[str, float]:
        """Decision -> its lead."""
        return dict(zip(map(str, self.champion.decisions), self.leads.tolist(), strict=True))

    @property
    def costs(self) -> Floats:
        """What trading took of wealth each week, (W,): a fraction."""
        return self.cost_rate * self.champion.turnover


def live(rows: Iterable[SealedWeek]) -> list[SealedWeek]:
    """Rows that count as live: sealed before their prices existed, and something was decided."""
    return [row for row in rows if row.kind == "prospective" and row.weights]


def scored(name: str, rows: Sequence[SealedWeek], panel: MarketPanel) -> Scored | None:
    """Score one version's live rows on the weeks whose prices the panel holds to their end; None without any.

    In a week that is not live nobody trades and nothing counts: what is held drifts on, for equal weight
    likewise. Raises DataError where the panel lacks a stock of theirs.
    """
    rows = live(rows)
    if not rows:
        return None
    symbols = tuple(name for name in rows[0].weights if name != CASH)
    panel = _of(panel, symbols)
    targets = {row.decision: row.shares(symbols) for row in rows}
    known = panel.decisions[: panel.complete_steps].astype(str)
    weeks = np.flatnonzero(np.isin(known, list(targets)))
    if not len(weeks):
        return None
    constraints = Constraints(**rows[0].constraints)
    equal = equal_weights(len(symbols), constraints)

    def decide(step: int, held: Floats) -> Floats | None:
        target = targets.get(str(panel.decisions[step]))
        return None if target is None else np.stack([target, equal])

    steps = range(int(weeks[0]), int(weeks[-1]) + 1)
    names = (name, EqualWeight.name)
    champion, benchmark = backtests(names, decide, panel, steps, [constraints] * 2)
    rows_of = weeks - weeks[0]
    return Scored(_at(champion, rows_of), _at(benchmark, rows_of), constraints.cost_rate)


def _of(panel: MarketPanel, symbols: tuple[str, ...]) -> MarketPanel:
    """The panel of some of its stocks, as far as accounting reads it."""
    places = {symbol_key(name): place for place, name in enumerate(panel.symbols)}
    missing = [name for name in symbols if symbol_key(name) not in places]
    if missing:
        raise DataError(
            f"The data no longer hold {', '.join(missing)}: what was sealed cannot be scored. Bring the "
            "universe back."
        )
    columns = [places[symbol_key(name)] for name in symbols]
    return dataclasses.replace(
        panel, symbols=symbols, returns=panel.returns[:, columns], seen=panel.seen[:, columns]
    )


def _at(result: Backtest, rows: np.ndarray) -> Backtest:
    """Some weeks of a backtest, as they were in it."""
    weekly = {
        field.name: getattr(result, field.name)[rows]
        for field in dataclasses.fields(result)
        if field.name not in ("name", "symbols")
    }
    return dataclasses.replace(result, **weekly)
