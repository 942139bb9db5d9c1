"""What a version's record held in a past week, and the decisions that a version can be asked about."""

from dataclasses import dataclass

import numpy as np

from sac.config import CASH
from sac.market import MarketPanel
from sac.portfolio import all_cash, drift
from sac.registry import Version

__all__ = ["RecordedWeek", "decision_dates", "recorded_week"]


@dataclass(frozen=True)
class RecordedWeek:
    """A week of a version's evaluation as it was traded; dates are ISO text, weights are shares of wealth."""

    as_of: str  # decision session
    start: str  # fill session
    end: str  # the next fill
    year: int  # of the evaluation, 1 is the earliest: its agents decided
    conviction: float  # how far that year's target goes from equal weight (0) to its agents' own (1)
    held_weights: dict[str, float]  # just before the trade, by symbol, then "CASH"
    target_weights: dict[str, float]
    agents_weights: dict[str, float] | None  # what they wanted; None where an old engine did not store it
    turnover: float  # dollars traded in stocks per dollar of wealth


def recorded_week(version: Version, decision: str) -> RecordedWeek | None:
    """The record's week that was decided on an ISO date; None where the record has no such decision.

    The agents of its year decided it, who had seen nothing of it; those of today have learned from it.
    Raises ArtifactError.
    """
    traded, agents = version.evaluation(), version.agents()
    [*rows] = np.flatnonzero(traded.decisions == np.datetime64(decision))
    if not rows:
        return None
    row, year = int(rows[0]), int(traded.folds[rows[0]])
    before = drift(traded.weights[row - 1], traded.growth[row - 1]) if row else all_cash(len(traded.symbols))

    def named(weights: np.ndarray) -> dict[str, float]:
        return dict(zip((*traded.symbols, CASH), weights.tolist(), strict=True))

    return RecordedWeek(
        as_of=decision,
        start=str(traded.fills[row]),
        end=str(traded.ends[row]),
        year=year,
        conviction=version.conviction_of(year),
        held_weights=named(before),
        target_weights=named(traded.weights[row]),
        agents_weights=None if agents is None else named(agents.weights[row]),
        turnover=float(traded.turnover[row]),
    )


def decision_dates(version: Version, panel: MarketPanel) -> list[str]:
    """Decisions of the panel that a version can be asked about, newest first.

    Those that its agents serve, from their last decision to their expiry, and those of its record. Between
    the two lie weeks that its agents of today learned from or already knew, and that no others decided.
    """
    served = (panel.decisions >= np.datetime64(version.metadata.last_decision)) & (
        panel.decisions < version.expiry
    )
    recorded = np.isin(panel.decisions, version.evaluation().decisions)
    return [str(date) for date in panel.decisions[served | recorded][::-1]]
