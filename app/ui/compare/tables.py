"""Tables of evidence: text with units, "n/a" where a figure is not determined."""

import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from app.formats import UNKNOWN, bps, hundredths, percent, points, ratio, weight_digits
from app.ui.compare.writers import Writer, count, known, tenths, two_digits, whole
from sac.config import Constraints
from sac.evidence import (
    COST_RATES,
    COSTS,
    Edge,
    Search,
    at_cost,
    break_even,
    cagr,
    contributions,
    deflated_sharpe,
    drawdowns,
    information_ratio,
    interquartile_mean,
    leads,
    metrics,
    probabilistic_sharpe,
    tails,
)
from sac.evidence.comparison import calendar_years
from sac.portfolio import Backtest

__all__ = [
    "bets",
    "contributions_by_year",
    "cost_sensitivity",
    "drawdown_dates",
    "edges",
    "figures",
    "members",
    "tail_figures",
    "years",
]


def _unbroken(write: Callable[..., str], **options: int) -> Writer:
    """A figure keeps its unit on its line, however narrow the column."""
    return lambda value: write(value, **options).replace(" ", "\u00a0")


_percent, _points, _ratio = _unbroken(percent), _unbroken(points), _unbroken(ratio)
_whole_percent = _unbroken(percent, digits=0)

FIGURES: dict[str, tuple[str, Writer]] = {  # metric -> title, how it is written
    "cagr": ("CAGR, net (%)", tenths),
    "volatility": ("Volatility (%)", tenths),
    "sharpe": ("Sharpe ratio", two_digits),
    "sortino": ("Sortino ratio", two_digits),
    "max_drawdown": ("Max drawdown (%)", tenths),
    "calmar": ("Calmar ratio", two_digits),
    "hit_rate": ("Weeks with gains (%)", tenths),
    "turnover": ("Weekly turnover (%)", tenths),
    "cost_drag": ("Cost drag (pp)", partial(hundredths, digits=2)),
    "effective_names": ("Effective stocks", partial(ratio, digits=1)),
    "average_cash": ("Average cash (%)", tenths),
    "weeks_at_cap": ("Weeks at cap (%)", tenths),
}
TAILS: dict[str, tuple[str, Writer]] = {
    "worst": ("Worst week (%)", tenths),
    "cvar": ("CVaR 95 % (%)", tenths),
    "var": ("VaR 95 % (%)", tenths),
    "best": ("Best week (%)", tenths),
    "skewness": ("Skewness", two_digits),
    "kurtosis": ("Excess kurtosis", two_digits),
}
DEEPEST = 5  # drawdowns
HELD = 0.001  # of wealth: less is no position
SAME = 1e-9  # tracking error of a strategy that holds what its benchmark holds


def figures(
    backtests: Sequence[Backtest],
    constraints: Constraints,
    equal: Backtest,
    search: Search,
    counted: Collection[str] = (),
) -> Styler:
    """Every metric (rows) of every strategy (columns), and how far its lead over equal weight may be luck.

    Strategies that are not counted were not picked by the search: how far they are luck is not determined.
    """
    table = pd.DataFrame({each.name: asdict(metrics(each, constraints)) for each in backtests})
    odds = _odds(backtests, equal, search, counted)
    writers = [two_digits, *[whole] * (len(odds) - 1)]
    rows: dict[str, tuple[str, Writer]] = FIGURES | {
        title: (title, write) for title, write in zip(map(str, odds.index), writers, strict=True)
    }
    same = [each.name for each in backtests if np.array_equal(each.net, equal.net)]
    styled = _written(pd.concat([table, odds]), rows)
    return styled.format(lambda _: "same", subset=pd.IndexSlice[list(odds.index), same])


def _odds(
    backtests: Sequence[Backtest], equal: Backtest, search: Search, counted: Collection[str]
) -> pd.DataFrame:
    """Information ratios, and the probabilities that they are more than luck; NaN where undetermined."""
    columns: dict[str, dict[str, float]] = {}
    for each in backtests:
        lead = leads(each.net, equal.net)
        column = columns[each.name] = {
            "Information ratio (IR)": information_ratio(lead),
            "P(IR > 0) (%)": probabilistic_sharpe(lead),
        }
        if search.candidates > 1:
            luck = deflated_sharpe(lead, search) if each.name in counted else math.nan
            column[f"P(IR > best of {search.candidates} by luck) (%)"] = luck
    return pd.DataFrame(columns)


def tail_figures(backtests: Sequence[Backtest]) -> Styler:
    """How bad bad weeks were (rows), of every strategy (columns)."""
    return _written(pd.DataFrame({each.name: asdict(tails(each.net)) for each in backtests}), TAILS)


def _written(table: pd.DataFrame, rows: Mapping[str, tuple[str, Writer]]) -> Styler:
    """Figures (rows by their names) under their titles."""
    titled = table.loc[list(rows)].rename(index={name: title for name, (title, _) in rows.items()})
    styled = titled.style
    for title, written in rows.values():
        styled = styled.format(written, subset=pd.IndexSlice[[title], :])
    return styled


def drawdown_dates(backtest: Backtest) -> Styler:
    """The deepest drawdowns of a strategy, deepest first."""
    found = drawdowns(backtest)[:DEEPEST]
    table = pd.DataFrame(
        {
            "Depth (%)": [one.depth for one in found],
            "From": [one.start for one in found],
            "Trough": [one.trough for one in found],
            "To": [one.end or "not yet" for one in found],
            "Weeks": [one.weeks for one in found],
            "Recovered after (weeks)": [one.recovery if one.end else math.nan for one in found],
        },
        index=[str(number) for number in range(1, len(found) + 1)],
    )
    styled = table.style.format(tenths, subset=["Depth (%)"])
    return styled.format(known(count, "not yet"), subset=["Recovered after (weeks)"])


def bets(backtest: Backtest, active: pd.DataFrame) -> Styler:
    """Weights of every asset over all weeks, and how far over or under equal weight; largest first."""
    held = pd.DataFrame(backtest.weights, columns=active.columns)
    table = pd.DataFrame(
        {
            "Average weight (%)": held.mean(),
            "Over equal weight (pp)": active.mean(),
            "Largest weight (%)": held.max(),
            "Weeks held (%)": (held > HELD).mean(),
        }
    ).sort_values("Average weight (%)", ascending=False, kind="stable")
    digits = weight_digits(len(backtest.symbols))
    return table.style.format(partial(hundredths, digits=digits)).format(tenths, subset=["Weeks held (%)"])


def years(backtests: Sequence[Backtest]) -> Styler:
    """Net return of each strategy per calendar year."""
    table = calendar_years(backtests).set_index("Year")
    return table.style.format(tenths, subset=[each.name for each in backtests])


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
