"""The honest order of a sweep's trials: every candidate of the desk counted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sac.evidence import deflated_sharpe, leads
from sac.experiments.result import TrialResult
from sac.promotion import Candidate, Ledger
from sac.promotion.ledger import search_among, weeks_of

__all__ = ["Row", "leaderboard"]


@dataclass(frozen=True)
class Row:
    """A finished trial and what its lead is worth."""

    result: TrialResult
    deflated: float  # P(its lead is more than the best of all candidates has by luck); NaN: unknown


def leaderboard(results: Sequence[TrialResult], ledger: Ledger) -> list[Row]:
    """Finished trials, best lead over equal weight first, then those that failed.

    The deflated Sharpe ratio is that of the weekly return over equal weight. Its luck is that of every
    candidate that the ledger has ever seen.
    """
    figures = ledger.candidates() | {
        Candidate(
            each.variant,
            each.key,
            weeks_of("sweep", each.fingerprint, each.settings.evaluation_years),
        ): each.figures
        for each in results
        if not each.problem
    }
    search, rows = search_among(figures), []
    for result in results:
        if result.problem:
            rows.append(Row(result, math.nan))
            continue
        worth = deflated_sharpe(leads(np.array(result.net), np.array(result.equal)), search)
        rows.append(Row(result, worth))
    return sorted(rows, key=lambda row: math.inf if row.result.problem else -row.result.over_equal_weight)
