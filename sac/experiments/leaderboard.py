"""The honest order of a sweep's trials: every candidate of the desk counted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sac.evidence import Search, deflated_sharpe
from sac.experiments.result import TrialResult, excess_returns
from sac.promotion import Candidate, Ledger

__all__ = ["Row", "leaderboard"]


@dataclass(frozen=True)
class Row:
    """A finished trial and what its lead is worth."""

    result: TrialResult
    deflated: float  # P(its lead is more than the best of all candidates has by luck); NaN: unknown


def leaderboard(results: Sequence[TrialResult], ledger: Ledger) -> list[Row]:
    """Finished trials, best lead over equal weight first, then those that failed.

    The deflated Sharpe ratio is that of the weekly return over equal weight. Its luck is that of every
    candidate that the ledger has ever seen: the spread is taken from the sweeps' trials, for only they were
    measured against equal weight on such weeks, and all others count.
    """
    figures = ledger.candidates()
    figures |= {Candidate(each.variant, each.key, True): each.figures for each in results if not each.problem}
    known = [each.get("excess_sharpe", math.nan) for each in figures.values()]
    measured = [sharpe for sharpe in known if math.isfinite(sharpe)]
    others = len(figures) - len(measured)
    search, rows = Search.among(measured, others=others), []
    for result in results:
        if result.problem:
            rows.append(Row(result, math.nan))
            continue
        worth = deflated_sharpe(excess_returns(result.net, result.equal), search)
        rows.append(Row(result, worth))
    return sorted(rows, key=lambda row: math.inf if row.result.problem else -row.result.over_equal_weight)
