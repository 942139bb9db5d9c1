"""Tables and sentences of evidence: text with units, "n/a" where a figure is not determined."""

import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from app.formats import UNKNOWN, bps, percent, points, ratio
from sac.config import Constraints
from sac.evidence import (
    COST_RATES,
    COSTS,
    Difference,
    Edge,
    Search,
    at_cost,
    break_even,
    cagr,
    contributions,
    deflated_sharpe,
    interquartile_mean,
    leads,
    metrics,
    probabilistic_sharpe,
)
from sac.evidence.comparison import calendar_years
from sac.portfolio import Backtest
from sac.registry import ForecastSkill

__all__ = [
    "contributions_by_year",
    "cost_sensitivity",
    "difference_verdict",
    "edges",
    "figures",
    "luck",
    "members",
    "skill",
    "skill_verdict",
    "years",
]

Writer = Callable[[Any], str]  # pandas styles cells of any type


def _unbroken(write: Callable[..., str], **options: int) -> Writer:
    """A figure keeps its unit on its line, however narrow the column."""
    return lambda value: write(value, **options).replace(" ", "\u00a0")


_percent, _points, _ratio = _unbroken(percent), _unbroken(points), _unbroken(ratio)
_whole_percent = _unbroken(percent, digits=0)

FIGURES: dict[str, tuple[str, Writer]] = {  # metric -> title, how it is written
    "cagr": ("CAGR, net (a year)", _percent),
    "volatility": ("Annualised volatility", _percent),
    "sharpe": ("Annualised Sharpe ratio", _ratio),
    "sortino": ("Annualised Sortino ratio", _ratio),
    "max_drawdown": ("Max drawdown", _percent),
    "calmar": ("Calmar ratio", _ratio),
    "hit_rate": ("Weeks with a gain", _percent),
    "turnover": ("Weekly turnover (of wealth)", _percent),
    "cost_drag": ("Cost drag (CAGR lost to costs)", _unbroken(percent, digits=2)),
    "effective_names": ("Effective number of stocks", _unbroken(ratio, digits=1)),
    "average_cash": ("Average cash", _percent),
    "weeks_at_cap": ("Weeks with a stock at its cap", _percent),
    "weeks": ("Weeks", _unbroken(ratio, digits=0)),
}
SIGNIFICANT = 2.0  # t-statistic below which a rank IC is no skill
SAME = 1e-9  # tracking error of a strategy that holds what its benchmark holds


def figures(backtests: Sequence[Backtest], constraints: Constraints) -> Styler:
    """Every metric (rows) of every strategy (columns)."""
    table = pd.DataFrame({each.name: asdict(metrics(each, constraints)) for each in backtests})
    styled = table.rename(index={name: title for name, (title, _) in FIGURES.items()}).style
    for title, written in FIGURES.values():
        styled = styled.format(written, subset=pd.IndexSlice[[title], :])
    return styled


def years(backtests: Sequence[Backtest]) -> Styler:
    """Net return of each strategy per calendar year."""
    table = calendar_years(backtests).set_index("Year")
    return table.style.format(_percent, subset=[each.name for each in backtests])


def luck(
    backtests: Sequence[Backtest],
    equal: Backtest,
    differences: Sequence[Difference],
    search: Search,
    uncounted: Collection[str] = (),
) -> Styler:
    """How sure each lead over equal weight, on the same weeks, is.

    `uncounted` strategies were picked from an unknown number: how far that is luck is not determined.
    """
    weekly = [leads(each.net, equal.net) for each in backtests]
    sure = pd.DataFrame(
        {
            "Ahead of equal weight (a year)": [each.mean for each in differences],
            "95 %, from": [each.low for each in differences],
            "95 %, to": [each.high for each in differences],
            "Detectable difference": [each.detectable for each in differences],
        },
        index=[each.name for each in backtests],
    )
    chances = {
        "P(better)": [each.p_better for each in differences],
        "P(IR > 0)": [probabilistic_sharpe(lead) for lead in weekly],
    }
    if search.candidates > 1:
        chances[f"P(IR > best of {search.candidates} by luck)"] = [
            math.nan if each.name in uncounted else deflated_sharpe(lead, search)
            for each, lead in zip(backtests, weekly, strict=True)
        ]
    styled = sure.assign(**chances).style.format(_points, subset=list(sure))
    styled = styled.format(_whole_percent, subset=list(chances))
    same = [each.name for each, judged in zip(backtests, differences, strict=True) if judged.none]
    return styled.format(lambda _: "no difference", subset=pd.IndexSlice[same, list(chances)])


def difference_verdict(difference: Difference) -> str:
    """How sure the difference to equal weight on the same weeks is, in plain words."""
    return (
        f"In log growth {points(difference.mean)} a year, 95 % interval {points(difference.low)} to "
        f"{points(difference.high)}, P(better) {percent(difference.p_better, 0)}: the difference "
        f"{difference.verdict}. {difference.weeks} weeks reliably show a true difference of "
        f"{points(difference.detectable)} or more."
    )


def cost_sensitivity(backtests: Sequence[Backtest], benchmark: Backtest) -> Styler:
    """CAGR at each cost rate, and the rate at which the lead over the benchmark is gone."""
    growth = pd.DataFrame(
        {
            f"CAGR at {bps(rate)}": [cagr(at_cost(each, rate).net) for each in backtests]
            for rate in COST_RATES
        },
        index=[each.name for each in backtests],
    )
    title = f"Break-even with {benchmark.name.lower()}"
    table = growth.assign(**{title: [_break_even(each, benchmark) for each in backtests]})
    return table.style.format(_percent, subset=list(growth))


def _break_even(backtest: Backtest, benchmark: Backtest) -> str:
    if not backtest.symbols:
        return UNKNOWN  # an index is not traded
    if backtest.name == benchmark.name or np.array_equal(backtest.weights, benchmark.weights):
        return "the same"
    rate = break_even(backtest, benchmark)
    ahead = cagr(backtest.gross) > cagr(benchmark.gross)
    if np.isnan(rate):
        return "ahead at any cost" if ahead else "behind at any cost"
    return f"{'ahead below' if ahead else 'ahead above'} {rate * 1e4:,.1f} bps"


def edges(leads: Mapping[str, Edge]) -> Styler:
    """What is left of each lead without its best stock and best month; how much of it is the market."""
    rows = {}
    for name, edge in leads.items():
        same = edge.tracking_error < SAME
        rows[name] = {
            "Edge (a year)": edge.total,
            "without its best stock": math.nan if same else edge.without_best_stock,
            "Best stock": UNKNOWN if same else edge.best_stock,
            "without its best month": math.nan if same else edge.without_best_month,
            "Best month": UNKNOWN if same else edge.best_month,
            "Beta": edge.beta,
            "Tracking error (a year)": edge.tracking_error,
        }
    columns: list[Hashable] = ["Edge (a year)", "without its best stock", "without its best month"]
    styled = pd.DataFrame.from_dict(rows, orient="index").style.format(_points, subset=columns)
    return styled.format(_ratio, subset=["Beta"]).format(_percent, subset=["Tracking error (a year)"])


def contributions_by_year(backtest: Backtest) -> Styler:
    """Log growth from each asset and from costs (rows) by calendar year (columns); the sums are exact."""
    parts = contributions(backtest)
    table = parts.groupby(pd.DatetimeIndex(parts.index).year).sum().T  # assets × years
    table.columns = [str(year) for year in table.columns]
    table["All weeks"] = table.sum(axis=1)
    last = [name for name in ("CASH", COSTS) if name in table.index]
    stocks = table.drop(index=last).sort_values("All weeks", ascending=False)
    table = pd.concat([stocks, table.loc[last]])
    table.loc["Sum: log growth, net"] = table.sum()
    return table.style.format(_points)


def members(backtests: Sequence[Backtest]) -> Styler:
    """CAGR of each member alone: how much of a result is the seed."""
    alone = {each.name: np.array([cagr(member) for member in each.members.T]) for each in backtests}
    table = pd.DataFrame(
        {
            "Members": [len(each) for each in alone.values()],
            "Lowest": [each.min() for each in alone.values()],
            "Interquartile mean": [interquartile_mean(each) for each in alone.values()],
            "Highest": [each.max() for each in alone.values()],
            "Committee": [cagr(each.net) for each in backtests],
        },
        index=list(alone),
    )
    return table.style.format(_percent, subset=list(table)[1:])


def skill(years: Sequence[ForecastSkill]) -> Styler:
    """Rank IC of each year with its t-statistic, how long its ranks last, and what trading them came to."""
    table = pd.DataFrame(
        {
            "Year": [str(year.year) for year in years],
            "Weeks": [year.weeks for year in years],
            "Rank IC": [year.rank_ic for year in years],
            "t-statistic": [year.t_statistic for year in years],
            "Persistence": [year.persistence for year in years],
            "Top fifth, net lead": [year.net_lead for year in years],
            "Verdict": ["skill" if year.t_statistic >= SIGNIFICANT else "no skill" for year in years],
        }
    )
    formats = {
        "Rank IC": partial(ratio, digits=3),
        "t-statistic": _ratio,
        "Persistence": _ratio,
        "Top fifth, net lead": _points,
    }
    return table.set_index("Year").style.format(formats)


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
