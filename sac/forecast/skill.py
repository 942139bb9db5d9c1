"""How good a forecaster was out of sample, year by year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sac.arrays import Floats

__all__ = ["ForecastSkill", "rank_correlations", "rank_scores", "yearly_skill"]


@dataclass(frozen=True)
class ForecastSkill:
    """Out-of-sample skill of a forecaster in one calendar year."""

    year: int
    weeks: int
    rank_ic: float  # mean weekly Spearman correlation of forecast and return over the stocks
    t_statistic: float  # of that mean; below 2 is "no skill"
    persistence: float | None = None  # mean correlation of a week's ranks with those of the week before
    net_lead: float | None = None  # annualised log growth over equal weight of the fifth forecast best


def rank_scores(values: Floats) -> Floats:
    """Ranks within each week (W, n), with mean 0 and deviation 1; 0 where all are equal, NaN where one is."""
    centred = _centred_ranks(values)
    spread = centred.std(axis=1, keepdims=True)
    scores: Floats = np.divide(centred, spread, out=centred, where=spread > 0)
    return scores


def rank_correlations(forecasts: Floats, returns: Floats) -> Floats:
    """Spearman's correlation over the stocks in each week: (W, n) twice -> (W,); 0 where either is flat."""
    one, other = _centred_ranks(forecasts), _centred_ranks(returns)
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    correlations: Floats = np.zeros(len(spread))
    np.divide((one * other).sum(axis=1), spread, out=correlations, where=spread > 0)
    return correlations


def _centred_ranks(values: Floats) -> Floats:
    ranks = pd.DataFrame(values).rank(axis=1).to_numpy()
    centred: Floats = ranks - ranks.mean(axis=1, keepdims=True)
    return centred


def yearly_skill(years: npt.NDArray[np.int64], forecasts: Floats, returns: Floats) -> list[ForecastSkill]:
    """Skill per calendar year of decisions (T,), over the weeks where every forecast and return is known."""
    known = np.isfinite(forecasts).all(axis=1) & np.isfinite(returns).all(axis=1)
    skill = []
    for year in np.unique(years[known]):
        ic = rank_correlations(forecasts[known & (years == year)], returns[known & (years == year)])
        spread = float(ic.std(ddof=1)) if len(ic) > 1 else 0.0
        t_statistic = float(ic.mean()) / spread * len(ic) ** 0.5 if spread > 0 else float("nan")
        ranks = rank_scores(forecasts[known & (years == year)])
        persistence = float((ranks[1:] * ranks[:-1]).mean()) if len(ranks) > 1 else None
        skill.append(ForecastSkill(int(year), len(ic), float(ic.mean()), t_statistic, persistence))
    return skill
