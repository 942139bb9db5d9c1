"""Tables of figures that pages show: text with units, "n/a" where a figure is not determined."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.formats import percent, points, ratio
from sac.config import Constraints
from sac.evidence import difference, metrics
from sac.evidence.comparison import calendar_years
from sac.portfolio import Backtest, Validation
from sac.registry import ForecastSkill

if TYPE_CHECKING:
    from sac.inference import Recommendation  # importing it loads torch

__all__ = [
    "difference_verdict",
    "figures",
    "held_out",
    "skill",
    "skill_verdict",
    "trade_columns",
    "trades",
    "trades_csv",
    "trades_shown",
    "years",
]

Writer = Callable[[Any], str]  # pandas styles cells of any type
_percent: Writer = percent
_ratio: Writer = ratio

FIGURES: dict[str, tuple[str, Writer]] = {  # metric -> title, how it is written
    "cagr": ("CAGR, net (a year)", percent),
    "volatility": ("Volatility (a year)", percent),
    "sharpe": ("Sharpe ratio", ratio),
    "sortino": ("Sortino ratio", ratio),
    "max_drawdown": ("Max drawdown", percent),
    "calmar": ("Calmar ratio", ratio),
    "hit_rate": ("Weeks with a gain", percent),
    "turnover": ("Turnover (of wealth a week)", percent),
    "cost_drag": ("Cost drag (CAGR lost to costs)", partial(percent, digits=2)),
    "effective_names": ("Effective number of stocks", partial(ratio, digits=1)),
    "average_cash": ("Average cash", percent),
    "weeks_at_cap": ("Weeks with a stock at its cap", percent),
    "weeks": ("Weeks", partial(ratio, digits=0)),
}
SIGNIFICANT = 2.0  # t-statistic below which a rank IC is no skill


def figures(walks: Sequence[Backtest], constraints: Constraints) -> Styler:
    """Every metric (rows) of every strategy (columns)."""
    table = pd.DataFrame({walk.name: asdict(metrics(walk, constraints)) for walk in walks})
    styled = table.rename(index={name: title for name, (title, _) in FIGURES.items()}).style
    for title, written in FIGURES.values():
        styled = styled.format(written, subset=pd.IndexSlice[[title], :])
    return styled


def years(walks: Sequence[Backtest]) -> Styler:
    """Net return of each strategy per calendar year."""
    table = calendar_years(walks).set_index("Year")
    return table.style.format(_percent, subset=[walk.name for walk in walks])


def skill(years: Sequence[ForecastSkill]) -> Styler:
    """Rank IC of each year with its t-statistic."""
    table = pd.DataFrame(
        {
            "Year": [str(year.year) for year in years],
            "Weeks": [year.weeks for year in years],
            "Rank IC": [year.rank_ic for year in years],
            "t-statistic": [year.t_statistic for year in years],
            "Verdict": ["skill" if year.t_statistic >= SIGNIFICANT else "no skill" for year in years],
        }
    )
    return table.set_index("Year").style.format({"Rank IC": partial(ratio, digits=3), "t-statistic": _ratio})


def difference_verdict(walk: Backtest, rival: Backtest) -> str:
    """How sure the difference to a rival on the same weeks is, in one plain sentence."""
    found = difference(walk.net, rival.net)
    if found.low <= 0.0 <= found.high:
        verdict = "could be luck"
    else:
        verdict = "is more than luck" if found.low > 0 else "is worse by more than luck"
    return (
        f"{walk.name} against {rival.name.lower()}: {points(found.mean)} of log growth a year, 95 % interval "
        f"{points(found.low)} to {points(found.high)}, P(better) {percent(found.p_better, 0)}: it {verdict}. "
        f"With {found.weeks} weeks only a true difference of {points(found.detectable)} would show reliably."
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
        "trade_dollars": number("Trade ($)", format="dollar"),
        "target_dollars": number("Target value ($)", format="dollar"),
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


def held_out(verdicts: Mapping[str, Sequence[Validation]]) -> pd.DataFrame:
    """Each committee's verdict on its held-out weeks, by strategy; empty when nothing was held out."""
    return pd.DataFrame(
        {
            "Strategy": name,
            "Committee of": f"evaluation year {verdict.fold}" if verdict.fold else "today",
            "Held-out weeks": f"{verdict.weeks}, {verdict.start} to {verdict.end}",
            "Over equal weight (a year)": percent(verdict.excess),
            "t": ratio(verdict.t_statistic, digits=1),
            "So it": "follows its agents" if verdict.trusted else "stays at equal weight",
        }
        for name, judged in verdicts.items()
        for verdict in judged
    )
