"""Calibrated alpha: a forecast in units of return, as large as its past out-of-sample skill allows.

Grinold, R. C. (1994), Alpha is volatility times IC times score, Journal of Portfolio Management 20(4).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sac.arrays import Dates, Floats
from sac.forecast.skill import rank_correlations, rank_scores
from sac.market import MarketPanel

__all__ = ["NO_RECORD", "SkillRecord", "calibrated", "skill_record"]

_MEMORY = 260  # weeks of record that count: an average over all the past notices too late that skill is gone
_PRIOR = 0.03  # deviation of true rank ICs around none, as expected before any was seen
_VOLATILITY_WEEKS = 52


@dataclass(frozen=True, eq=False)
class SkillRecord:
    """Rank ICs of weeks that were forecast out of sample, oldest first."""

    known: Dates  # (W,) when each week's return was complete
    rank_ic: Floats  # (W,)


NO_RECORD = SkillRecord(np.empty(0, "datetime64[D]"), np.empty(0))


def skill_record(panel: MarketPanel, forecasts: Floats, before: SkillRecord = NO_RECORD) -> SkillRecord:
    """The record `before`, and what the panel tells of later weeks' forecasts (T, n)."""
    complete = np.append(panel.fills[1:], panel.ends[-1])  # the last step has no return yet
    weeks = np.isfinite(forecasts).all(axis=1) & np.isfinite(panel.returns).all(axis=1)
    if len(before.known):
        weeks &= complete > before.known[-1]
    ic = rank_correlations(forecasts[weeks], panel.returns[weeks])
    return SkillRecord(np.append(before.known, complete[weeks]), np.append(before.rank_ic, ic))


def calibrated(panel: MarketPanel, forecasts: Floats, record: SkillRecord) -> Floats:
    """Alpha (T, n) of forecasts (T, n): within-week rank score × weekly volatility × expected IC.

    Every factor is known at its decision. Alpha is 0 without a record, and where it shows no skill; NaN where
    the forecast is missing.
    """
    skill = _expected_ic(record)[np.searchsorted(record.known, panel.decisions, side="right")]  # (T,)
    return rank_scores(forecasts) * _volatility(panel) * skill[:, None]


def _expected_ic(record: SkillRecord) -> Floats:
    """Posterior mean of the rank IC after so many weeks of the record (W+1,), never below 0.

    Normal prior around 0; the record's own spread says how much its mean is worth.
    """
    window = pd.Series(record.rank_ic).rolling(_MEMORY, min_periods=2)
    error = window.var() / window.count()
    posterior = window.mean() / (1.0 + error / _PRIOR**2)
    expected: Floats = np.append(0.0, posterior.fillna(0.0).clip(lower=0.0).to_numpy())
    return expected


def _volatility(panel: MarketPanel) -> Floats:
    """Deviation of each stock's weekly returns (T, n) over the last year before each decision."""
    weekly = np.log1p(panel.gaps[:-1]) + np.log1p(panel.seen[:-1])  # decision to decision
    rolling = pd.DataFrame(weekly).rolling(_VOLATILITY_WEEKS, min_periods=2).std().fillna(0.0)
    return np.vstack([np.zeros(weekly.shape[1]), rolling.to_numpy()])
