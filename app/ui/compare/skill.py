"""What the forecasters of compared versions were worth."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from app.ui.compare.comparison import Comparison
from app.ui.compare.writers import correlation, count, tenths, two_digits
from sac.registry import ForecastSkill

__all__ = ["by_year", "forecasters", "summary"]

SIGNIFICANT = 2.0  # t-statistic below which a rank IC is no skill

Judged = Mapping[tuple[str, ...], Sequence[ForecastSkill]]  # versions with the same forecasts -> their years


def forecasters(comparison: Comparison) -> Judged:
    """The years of each forecaster, by the versions that have its forecasts."""
    judged: dict[tuple[ForecastSkill, ...], list[str]] = {}
    for name, version in comparison.versions.items():
        if years := tuple(version.metadata.forecast_skill):
            judged.setdefault(years, []).append(name)
    return {tuple(names): years for years, names in judged.items()}


def summary(judged: Judged) -> Styler:
    """A row per forecaster over all its years."""
    rows = {}
    for names, years in judged.items():
        combined = float(np.sum([year.t_statistic for year in years]) / np.sqrt(len(years)))  # Stouffer
        alone = [str(year.year) for year in years if year.t_statistic >= SIGNIFICANT]
        rows[", ".join(names)] = {
            "Years": len(years),
            "Mean rank IC": _mean(years, "rank_ic"),
            "Combined t": combined,
            "Persistence": _mean(years, "persistence"),
            "Top fifth, net lead (pp)": _mean(years, "net_lead"),
            "Years with t ≥ 2": ", ".join(alone) or "none",
            "Verdict": "▲ skill" if combined >= SIGNIFICANT else "○ no skill",
        }
    return _written(pd.DataFrame.from_dict(rows, orient="index"), "Mean rank IC", "Combined t")


def _written(table: pd.DataFrame, correlations: str, t_statistics: str) -> Styler:
    styled = table.style.format(correlation, subset=[correlations])
    styled = styled.format(two_digits, subset=[t_statistics, "Persistence"])
    return styled.format(tenths, subset=["Top fifth, net lead (pp)"])


def _mean(years: Sequence[ForecastSkill], name: str) -> float:
    """Over the weeks of the years that have it; NaN where none has."""
    known = [(getattr(year, name), year.weeks) for year in years if getattr(year, name) is not None]
    if not known:
        return math.nan
    values, weeks = zip(*known, strict=True)
    return float(np.average(values, weights=weeks))


def by_year(judged: Judged) -> Styler:
    """A row per forecaster and year."""
    rows = [
        {
            "Forecaster of": ", ".join(names),
            "Year": str(year.year),
            "Weeks": year.weeks,
            "Rank IC": year.rank_ic,
            "t-statistic": year.t_statistic,
            "Persistence": year.persistence,
            "Top fifth, net lead (pp)": year.net_lead,
        }
        for names, years in judged.items()
        for year in years
    ]
    table = pd.DataFrame(rows).set_index(["Forecaster of", "Year"]).astype(float)
    return _written(table, "Rank IC", "t-statistic").format(count, subset=["Weeks"])
