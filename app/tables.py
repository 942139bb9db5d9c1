"""Tables of figures that pages show: text with units, "n/a" where a figure is not determined."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.formats import percent, ratio
from sac.config import Constraints
from sac.evidence import metrics
from sac.portfolio import Backtest
from sac.registry import ForecastSkill

if TYPE_CHECKING:
    from sac.inference import Recommendation  # importing it loads torch

__all__ = ["figures", "skill", "skill_verdict", "trade_columns", "trades", "trades_csv", "trades_shown"]

SIGNIFICANT = 2.0  # t-statistic below which a rank IC is no skill


def figures(walks: Sequence[Backtest], constraints: Constraints) -> pd.DataFrame:
    """Every metric (rows) of every strategy (columns)."""
    columns = {}
    for walk in walks:
        found = metrics(walk, constraints)
        columns[walk.name] = {
            "CAGR, net (a year)": percent(found.cagr),
            "Volatility (a year)": percent(found.volatility),
            "Sharpe ratio": ratio(found.sharpe),
            "Sortino ratio": ratio(found.sortino),
            "Max drawdown": percent(found.max_drawdown),
            "Calmar ratio": ratio(found.calmar),
            "Weeks with a gain": percent(found.hit_rate),
            "Turnover (of wealth a week)": percent(found.turnover),
            "Cost drag (CAGR lost to costs)": percent(found.cost_drag, 2),
            "Effective number of stocks": ratio(found.effective_names, 1),
            "Average cash": percent(found.average_cash),
            "Weeks with a stock at its cap": percent(found.weeks_at_cap),
            "Weeks": f"{found.weeks}",
        }
    return pd.DataFrame(columns)


def skill(years: Sequence[ForecastSkill]) -> pd.DataFrame:
    """Rank IC of each year with its t-statistic."""
    return pd.DataFrame(
        {
            "Year": [str(year.year) for year in years],
            "Weeks": [year.weeks for year in years],
            "Rank IC": [ratio(year.rank_ic, 3) for year in years],
            "t-statistic": [ratio(year.t_statistic) for year in years],
            "Verdict": ["skill" if year.t_statistic >= SIGNIFICANT else "no skill" for year in years],
        }
    )


def skill_verdict(years: Sequence[ForecastSkill]) -> str:
    """One plain sentence over all years."""
    if not years:
        return "No year was forecast out of sample: skill is n/a."
    mean = ratio(float(np.average([y.rank_ic for y in years], weights=[y.weeks for y in years])), 3)
    combined = float(np.sum([y.t_statistic for y in years]) / np.sqrt(len(years)))  # Stouffer
    single = [str(year.year) for year in years if year.t_statistic >= SIGNIFICANT]
    verdict = "Skill" if combined >= SIGNIFICANT else "No skill"
    return (
        f"{verdict} over {len(years)} years together: mean rank IC {mean}, combined t {ratio(combined)} "
        f"(2 is needed). Years that reach 2 alone: {', '.join(single) or 'none'}; "
        "about 1 in 40 does so by chance."
    )


def trades(advice: "Recommendation", wealth: float) -> pd.DataFrame:
    """One row per asset: weights and forecast (fractions; missing where the model had none), dollars."""
    return pd.DataFrame(
        {
            "symbol": [change.symbol for change in advice.weight_changes],
            "current_weight": [change.current_weight for change in advice.weight_changes],
            "target_weight": [change.target_weight for change in advice.weight_changes],
            "change": [change.change for change in advice.weight_changes],
            "trade_dollars": [round(change.change * wealth, 2) for change in advice.weight_changes],
            "target_dollars": [round(change.target_weight * wealth, 2) for change in advice.weight_changes],
            "forecast_next_week": pd.array(
                [advice.forecasts.get(change.symbol) for change in advice.weight_changes], dtype="Float64"
            ),
        }
    )


def trades_shown(advice: "Recommendation", wealth: float) -> pd.DataFrame:
    """The table of trades with percentages in place of fractions."""
    table = trades(advice, wealth)
    shares = ["current_weight", "target_weight", "change", "forecast_next_week"]
    return table.assign(**{name: table[name] * 100 for name in shares})


def trade_columns() -> dict[str, Any]:
    """How the table of trades is written on the page."""
    number = st.column_config.NumberColumn
    return {
        "symbol": "Asset",
        "current_weight": number("Weight now", format="%.1f %%"),
        "target_weight": number("Target weight", format="%.1f %%"),
        "change": number("Change (pp)", format="%+.1f"),
        "trade_dollars": number("Trade ($)", format="accounting"),
        "target_dollars": number("Target value ($)", format="accounting"),
        "forecast_next_week": number("Forecast, next week", format="%+.2f %%"),
    }


def trades_csv(advice: "Recommendation", wealth: float) -> str:
    """The table of trades as a file; it names its version, dates and unit in every line."""
    table = trades(advice, wealth).assign(
        model_version=advice.model_version,
        as_of=advice.as_of,
        trade_at_close=advice.target_week_start,
        week_end=advice.target_week_end,
    )
    return table.to_csv(index=False)
