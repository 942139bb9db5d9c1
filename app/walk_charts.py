"""Charts of `Backtest` objects that share their weeks: one colour each; baselines and outsiders dashed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.charts import (
    BASELINE_COLOURS,
    HEIGHT,
    MARK,
    Chart,
    asset_colours,
    colours,
    layout,
)
from app.formats import percent, points
from sac.evidence import cagr, drawdown, interquartile_mean
from sac.evidence.comparison import rolling_excess
from sac.portfolio import Backtest

__all__ = [
    "EXCESS_WEEKS",
    "allocation",
    "drawdowns",
    "edge_by_stock",
    "equity",
    "excess",
    "member_fan",
    "member_spread",
    "turnover",
]

EXCESS_WEEKS = 26

Palette = Mapping[str, str]


def equity(walks: Sequence[Backtest]) -> Chart:
    """Growth of $1, net of costs, on a log scale; a dotted line where another fold's agents take over."""
    folds = _fold_starts(walks)
    low = min(walk.wealth.min() for walk in walks)
    high = max(walk.wealth.max() for walk in walks)
    figure = go.Figure(
        _lines(walks, lambda walk: (walk.dates, walk.wealth), "$%{y:.3f}"),
        layout(
            "Growth of $1, net of costs (log scale)",
            margin={"t": 36},  # room for the names of the folds
            yaxis={"type": "log", "tickvals": _log_ticks(low, high), "tickformat": "$.2f"},
            # Shapes given with the layout: add_vline costs 20 ms each.
            shapes=[
                {"type": "line", "x0": start, "x1": start, "y0": 0, "y1": 1, "yref": "paper"}
                | {"line": {"color": MARK, "dash": "dot", "width": 1}}
                for _, start in folds
            ],
            annotations=[
                {"x": start, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
                | {"text": f"evaluation year {number}", "showarrow": False}
                | {"font": {"size": 11, "color": MARK}}
                for number, start in folds
            ],
        ),
    )
    ends = ", ".join(f"{walk.name} {percent(cagr(walk.net))} a year" for walk in walks)
    return Chart(figure, f"Growth of one dollar over {len(walks[0].net)} weeks: {ends}")


def drawdowns(walks: Sequence[Backtest]) -> Chart:
    """Fall from the highest wealth so far, the initial capital included."""
    figure = go.Figure(
        _lines(walks, lambda walk: (walk.ends, drawdown(walk.net)), "%{y:.1%}"),
        layout("Fall from the peak, net (%)", percent_axis=True),
    )
    worst = ", ".join(f"{walk.name} {percent(drawdown(walk.net).min())}" for walk in walks)
    return Chart(figure, f"Drawdown over time, net of costs; deepest: {worst}")


def excess(walks: Sequence[Backtest], rival: Backtest) -> Chart:
    """How far a dollar got ahead of the rival's over the last 26 weeks."""
    figure = go.Figure(
        _lines(
            walks,
            lambda walk: (walk.ends[EXCESS_WEEKS - 1 :], rolling_excess(walk, rival, EXCESS_WEEKS)),
            "%{y:+.1%}",
        ),
        layout(
            f"Ahead of {rival.name.lower()} in {EXCESS_WEEKS} weeks, net (%)",
            percent_axis=True,
            yaxis={"zeroline": True, "zerolinecolor": MARK},
        ),
    )
    last = ", ".join(f"{walk.name} {points(rolling_excess(walk, rival, EXCESS_WEEKS)[-1])}" for walk in walks)
    return Chart(figure, f"Rolling {EXCESS_WEEKS}-week excess over {rival.name.lower()}; at the end: {last}")


def allocation(walk: Backtest) -> Chart:
    """Target weights over time, stacked: the largest average position at the bottom, CASH on top."""
    means = walk.weights[:, :-1].mean(axis=0)
    order = [*np.argsort(-means, kind="stable"), len(walk.symbols)]
    names = [*walk.symbols, "CASH"]
    tones = asset_colours(names)
    figure = go.Figure(
        [
            {
                "type": "scatter",
                "x": walk.fills,
                "y": walk.weights[:, column],
                "name": names[column],
                "stackgroup": "weights",
                "fillcolor": tones[names[column]],
                "line": {"width": 0, "color": tones[names[column]], "shape": "hv"},
                "hovertemplate": "%{y:.1%}",
            }
            for column in order
        ],
        layout(
            "Target weight (% of wealth)",
            percent_axis=True,
            yaxis={"range": [0, 1]},
            legend={"orientation": "v", "x": 1.01, "y": 1, "xanchor": "left", "yanchor": "top"},
            height=HEIGHT + 60,
        ),
    )
    top = names[int(order[0])]
    return Chart(
        figure, f"Target weights of {walk.name} over time; largest on average: {top}, {percent(means.max())}"
    )


def turnover(walks: Sequence[Backtest]) -> Chart:
    """Share of wealth traded in stocks each week, without the first purchase, which is the same for all."""
    figure = go.Figure(
        _lines(walks, lambda walk: (walk.fills[1:], walk.turnover[1:]), "%{y:.1%}"),
        layout("Traded in stocks (% of wealth a week)", percent_axis=True, yaxis={"rangemode": "tozero"}),
    )
    means = ", ".join(
        f"{walk.name} {percent(walk.turnover[1:].mean())}" for walk in walks if len(walk.net) > 1
    )
    return Chart(figure, f"Weekly turnover after the first purchase; average: {means}")


def edge_by_stock(lead: pd.Series, name: str, rival: str) -> Chart:
    """What each asset and the costs add to an edge, log growth a year, largest first."""
    ordered = lead.sort_values()
    figure = go.Figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": ordered.to_numpy(),
                "y": list(ordered.index),
                "marker": {"color": ["#2a9d78" if value >= 0 else "#c9504a" for value in ordered]},
                "hovertemplate": "%{y} %{x:+.2%}<extra></extra>",
            }
        ],
        layout(
            "",
            height=90 + 21 * len(ordered),
            hovermode="closest",
            showlegend=False,
            xaxis={
                "title": {"text": f"Log growth over {rival.lower()}, net (points a year)"},
                "tickformat": ".2%",
                "zeroline": True,
                "zerolinecolor": MARK,
            },
            yaxis={"automargin": True},
        ),
    )
    best, worst = ordered.index[-1], ordered.index[0]
    return Chart(
        figure,
        f"What each asset adds to the edge of {name} over {rival.lower()}: most {best} "
        f"{points(ordered.iloc[-1])}, least {worst} {points(ordered.iloc[0])} a year",
    )


def member_fan(walk: Backtest, rival: Backtest, colour: str) -> Chart:
    """How far a dollar of every member alone (thin) and of the committee (thick) is ahead of the rival's."""
    alone = np.vstack([np.ones(walk.members.shape[1]), np.cumprod(1.0 + walk.members, axis=0)])  # (W+1, M)
    ahead = np.column_stack([alone, walk.wealth]) / rival.wealth[:, None] - 1.0  # (W+1, M+1)
    names = [*(f"member {number}" for number in range(1, ahead.shape[1])), walk.name]
    figure = go.Figure(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "x": walk.dates,
                "y": ahead[:, column],
                "name": name,
                "line": {"color": colour, "width": 3 if name == walk.name else 1},
                "opacity": 1.0 if name == walk.name else 0.6,
                "hovertemplate": "%{y:+.1%}",
                "showlegend": name == walk.name,
            }
            for column, name in enumerate(names)
        ],
        layout(
            f"Ahead of {rival.name.lower()}, net (%)",
            yaxis={"tickformat": ".1%", "zeroline": True, "zerolinecolor": MARK},
        ),
    )
    *ends, committee = ahead[-1]
    return Chart(
        figure,
        f"How far the {len(ends)} members of {walk.name} end ahead of {rival.name.lower()}: "
        f"{points(min(ends))} to {points(max(ends))}, the committee {points(committee)}",
    )


def member_spread(walks: Sequence[Backtest]) -> Chart:
    """CAGR of every member alone, their interquartile mean, and the committee: how much is the seed."""
    palette = colours([walk.name for walk in walks])
    traces: list[dict[str, Any]] = []
    for walk in walks:
        alone = np.array([cagr(member) for member in walk.members.T])
        colour = palette[walk.name]
        traces += [
            _dots("member", alone, walk.name, {"size": 11, "color": colour, "opacity": 0.55}),
            _dots(
                "interquartile mean",
                [interquartile_mean(alone)],
                walk.name,
                {"size": 22, "symbol": "line-ns-open", "color": colour, "line": {"width": 3}},
            ),
            _dots(
                "committee", [cagr(walk.net)], walk.name, {"size": 15, "symbol": "diamond", "color": colour}
            ),
        ]
    figure = go.Figure(
        traces,
        layout(
            "",
            height=110 + 48 * len(walks),
            hovermode="closest",
            xaxis={"title": {"text": "CAGR, net of costs (% a year)"}, "tickformat": ".1%", "type": "linear"},
            yaxis={"automargin": True},
        ),
    )
    spread = "; ".join(
        f"{walk.name} {percent(min(map(cagr, walk.members.T)))} to {percent(max(map(cagr, walk.members.T)))}"
        for walk in walks
    )
    return Chart(figure, f"CAGR of the members one by one: {spread}")


def _dots(kind: str, values: Any, row: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": kind,
        "x": values,
        "y": [row] * len(values),
        "showlegend": False,
        "marker": marker,
        "hovertemplate": f"{kind} %{{x:.1%}} a year<extra></extra>",
    }


def _lines(walks: Sequence[Backtest], values: Any, written: str) -> list[dict[str, Any]]:
    """A line per walk of the dates and figures that `values` gives; dicts, for they are built fastest."""
    palette = colours([walk.name for walk in walks])
    lines = []
    for walk in walks:
        dates, figures = values(walk)
        if walk.name in BASELINE_COLOURS:
            stroke = {"width": 1.6, "dash": "dash"}
        else:  # an outside strategy has no folds, for the desk fitted nothing
            stroke = {"width": 2.4, "dash": "solid" if walk.folds.any() else "dashdot"}
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": dates,
                "y": figures,
                "name": walk.name,
                "line": {"color": palette[walk.name], **stroke},
                "hovertemplate": written,
            }
        )
    return lines


def _fold_starts(walks: Sequence[Backtest]) -> list[tuple[int, str]]:
    """Number and first fill of every fold of the first walk that has folds."""
    folded = next((walk for walk in walks if walk.folds.any()), None)
    if folded is None:
        return []
    numbers, rows = np.unique(folded.folds, return_index=True)
    return [
        (int(number), str(folded.fills[row])) for number, row in zip(numbers, rows, strict=True) if number
    ]


def _log_ticks(low: float, high: float) -> list[float]:
    """Five to nine round values on a log axis that often spans less than a decade."""
    for step in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        ticks = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
        if len(ticks) <= 9:
            return [float(round(tick, 2)) for tick in ticks if tick > 0]
    return [float(tick) for tick in 2.0 ** np.arange(np.floor(np.log2(low)), np.ceil(np.log2(high)) + 1)]
