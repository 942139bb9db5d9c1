"""Returns by year, by month, and how they are distributed."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.formats import percent
from app.ui.shared.charts.figure import BASELINE_COLOURS, FILLED, MARK, Chart, colours, layout
from sac.evidence import tails
from sac.evidence.comparison import calendar_months, calendar_years
from sac.portfolio import Backtest

__all__ = ["distribution", "months", "years"]

HATCHES = dict(zip(BASELINE_COLOURS, cycle(("/", "\\", "x", "-", "|", "+", ".")), strict=False))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BINS = 24


def years(backtests: Sequence[Backtest]) -> Chart:
    """A bar per strategy and calendar year; those of baselines are hatched."""
    palette = colours([each.name for each in backtests])
    table = calendar_years(backtests).set_index("Year")
    bars = [
        {
            "type": "bar",
            "name": each.name,
            "x": list(table.index),
            "y": table[each.name].to_numpy(),
            "marker": {"color": palette[each.name], "pattern": {"shape": HATCHES.get(each.name, "")}},
            "hovertemplate": "%{y:+.1%}",
        }
        for each in backtests
    ]
    figure = go.Figure(
        bars,
        layout(
            "Net return (%)",
            percent_axis=True,
            height=300,
            xaxis={"type": "category"},
            yaxis={"zeroline": True, "zerolinecolor": MARK},
            bargap=0.3,
        ),
    )
    said = "; ".join(
        f"{year} " + ", ".join(f"{each.name} {percent(row[each.name])}" for each in backtests)
        for year, row in table.iterrows()
    )
    return Chart(figure, f"Net return per calendar year: {said}")


def months(backtest: Backtest) -> Chart:
    """Net return of every calendar month: years by months, losses and gains in two hues."""
    table = calendar_months(backtest)
    values = table.to_numpy()
    most = float(np.nanmax(np.abs(values)))
    figure = go.Figure(
        {
            "type": "heatmap",
            "x": MONTHS,
            "y": [str(year) for year in table.index],
            "z": values,
            "zmin": -most,
            "zmax": most,
            "colorscale": FILLED,
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "text": 100.0 * values,
            "texttemplate": "%{text:.1f}",
            "hovertemplate": "%{y} %{x} %{z:+.1%}<extra></extra>",
            "hoverongaps": False,
        },
        layout(
            "",
            height=70 + 36 * len(table),
            hovermode="closest",
            xaxis={"side": "top", "type": "category"},
            yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
        ),
    )
    known = values[np.isfinite(values)]
    best, worst = (f"{table.index[row]}-{column + 1:02}" for row, column in map(_place, (values, -values)))
    return Chart(
        figure,
        f"Net return of {backtest.name} by calendar month: gains in {(known > 0).sum()} of {len(known)}; "
        f"best {best}, {percent(known.max())}; worst {worst}, {percent(known.min())}",
    )


def _place(values: Any) -> tuple[int, int]:
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    return int(row), int(column)


def distribution(backtest: Backtest, benchmark: Backtest) -> Chart:
    """How often which weekly return came (bars), beside the benchmark's (line), with VaR and CVaR."""
    shown = [backtest] if backtest.name == benchmark.name else [backtest, benchmark]
    palette = colours([each.name for each in shown])
    edges = np.histogram_bin_edges(np.concatenate([each.net for each in shown]), BINS)
    counts = [np.histogram(each.net, edges)[0] for each in shown]
    middles = (edges[:-1] + edges[1:]) / 2
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "width": np.diff(edges),
            "marker": {"color": palette[backtest.name], "opacity": 0.75},
        },
        {"type": "scatter", "mode": "lines", "line": {"shape": "hvh", "width": 1.6, "dash": "dash"}},
    ]
    for trace, each, count in zip(traces, shown, counts, strict=False):
        trace |= {"name": each.name, "x": middles, "y": count, "hovertemplate": "%{y} weeks"}
    if len(shown) > 1:
        traces[1]["line"]["color"] = palette[benchmark.name]
    found = tails(backtest.net)
    marks = {"VaR 95 %": (found.var, 1.0, "left"), "CVaR 95 %": (found.cvar, 1.0, "right")}
    figure = go.Figure(
        traces[: len(shown)],
        layout(
            "Weeks",
            height=300,
            margin={"t": 30},
            bargap=0.04,
            xaxis={"title": {"text": "Weekly net return (%)"}, "tickformat": ".0%", "hoverformat": ".1%"},
            shapes=[
                {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
                | {"line": {"color": MARK, "dash": "dot", "width": 1.5}}
                for at, _, _ in marks.values()
            ],
            annotations=[
                {"x": at, "y": height, "yref": "paper", "xanchor": side, "yanchor": "bottom"}
                | {"text": f"{name}: {percent(at)}", "showarrow": False, "font": {"size": 11}}
                for name, (at, height, side) in marks.items()
            ],
        ),
    )
    return Chart(
        figure,
        f"Weekly net returns of {backtest.name}: {percent(found.worst)} to {percent(found.best)}; one "
        f"week in twenty is below {percent(found.var)}, on average {percent(found.cvar)}",
    )
