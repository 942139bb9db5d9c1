"""How good a forecaster was out of sample, year by year."""

from dataclasses import dataclass

__all__ = ["ForecastSkill"]


@dataclass(frozen=True)
class ForecastSkill:
    """Out-of-sample skill of a forecaster in one calendar year."""

    year: int
    weeks: int
    rank_ic: float  # mean weekly Spearman correlation of forecast and return over the stocks
    t_statistic: float  # of that mean; below 2 is "no skill"
