"""Figures from `Backtest` objects (Plotly), readable on light and dark grounds; each comes with alt text."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.formats import percent
from sac.evidence import cagr, drawdown
from sac.portfolio import Backtest

__all__ = [
    "Chart",
    "allocation",
    "before_after",
    "colours",
    "drawdowns",
    "equity",
    "known_shares",
    "learning_curve",
    "member_spread",
    "turnover",
]

# Mid tones: each stands out from white and from near black.
STRATEGY_COLOURS = ("#2e86b8", "#d9792b", "#2a9d78", "#8a6cc0", "#c9504a", "#b8961e")
BASELINE_COLOURS = {"Equal weight": "#8494a2", "Buy & hold": "#b08968"}
CASH_COLOUR = "#8494a2"
GRID = "rgba(128, 138, 155, 0.22)"
MARK = "rgba(128, 138, 155, 0.85)"
HEIGHT = 360


class Chart(NamedTuple):
    """A figure and what it says to somebody who cannot see it."""

    figure: go.Figure
    alt: str


def colours(names: Sequence[str]) -> dict[str, str]:
    """One colour per strategy for every chart of a page; baselines have the same one everywhere."""
    models = [name for name in names if name not in BASELINE_COLOURS]
    chosen = {name: STRATEGY_COLOURS[i % len(STRATEGY_COLOURS)] for i, name in enumerate(models)}
    return {name: BASELINE_COLOURS.get(name) or chosen[name] for name in names}


def equity(walks: Sequence[Backtest]) -> Chart:
    """Growth of $1, net of costs, on a log scale; a dotted line where another fold's agents take over."""
    palette = colours([walk.name for walk in walks])
    figure = go.Figure(
        [
            _line(
                walk.name,
                walk.dates,
                walk.wealth,
                palette[walk.name],
                "$%{y:.3f}",
                walk.name in BASELINE_COLOURS,
            )
            for walk in walks
        ]
    )
    for number, start in _fold_starts(walks):
        figure.add_vline(x=start, line={"color": MARK, "dash": "dot", "width": 1})
        figure.add_annotation(
            x=start,
            y=1,
            yref="paper",
            text=f"evaluation year {number}",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"size": 11, "color": MARK},
        )
    low = min(walk.wealth.min() for walk in walks)
    high = max(walk.wealth.max() for walk in walks)
    _style(figure, "Growth of $1, net of costs (log scale)")
    figure.update_layout(margin={"t": 36})  # room for the names of the folds
    figure.update_yaxes(type="log", tickvals=_log_ticks(low, high), tickformat="$.2f")
    ends = ", ".join(f"{walk.name} {percent(cagr(walk.net))} a year" for walk in walks)
    return Chart(figure, f"Growth of one dollar over {len(walks[0].net)} weeks: {ends}")


def drawdowns(walks: Sequence[Backtest]) -> Chart:
    """Fall from the highest wealth so far, the initial capital included."""
    palette = colours([walk.name for walk in walks])
    figure = go.Figure(
        [
            _line(
                walk.name,
                walk.ends,
                drawdown(walk.net),
                palette[walk.name],
                "%{y:.1%}",
                walk.name in BASELINE_COLOURS,
            )
            for walk in walks
        ]
    )
    _style(figure, "Fall from the peak (%)", percent_axis=True)
    worst = ", ".join(f"{walk.name} {percent(drawdown(walk.net).min())}" for walk in walks)
    return Chart(figure, f"Drawdown over time; deepest: {worst}")


def allocation(walk: Backtest) -> Chart:
    """Target weights over time, stacked: the largest average position at the bottom, CASH on top."""
    means = walk.weights[:, :-1].mean(axis=0)
    order = [*np.argsort(-means, kind="stable"), len(walk.symbols)]
    names = [*walk.symbols, "CASH"]
    tones = asset_colours(names)
    figure = go.Figure(
        [
            go.Scatter(
                x=walk.fills,
                y=walk.weights[:, column],
                name=names[column],
                stackgroup="weights",
                fillcolor=tones[names[column]],
                line={"width": 0, "color": tones[names[column]], "shape": "hv"},
                hovertemplate="%{y:.1%}",
            )
            for column in order
        ]
    )
    _style(figure, "Target weight (% of wealth)", percent_axis=True)
    figure.update_yaxes(range=[0, 1])
    figure.update_layout(
        legend={"orientation": "v", "x": 1.01, "y": 1, "xanchor": "left", "yanchor": "top"},
        height=HEIGHT + 60,
    )
    top = names[int(order[0])]
    return Chart(
        figure, f"Target weights of {walk.name} over time; largest on average: {top}, {percent(means.max())}"
    )


def turnover(walks: Sequence[Backtest]) -> Chart:
    """Share of wealth traded in stocks each week, without the first purchase, which is the same for all."""
    palette = colours([walk.name for walk in walks])
    figure = go.Figure(
        [
            _line(
                walk.name,
                walk.fills[1:],
                walk.turnover[1:],
                palette[walk.name],
                "%{y:.1%}",
                walk.name in BASELINE_COLOURS,
            )
            for walk in walks
        ]
    )
    _style(figure, "Traded in stocks (% of wealth a week)", percent_axis=True)
    figure.update_yaxes(rangemode="tozero")
    means = ", ".join(
        f"{walk.name} {percent(walk.turnover[1:].mean())}" for walk in walks if len(walk.net) > 1
    )
    return Chart(figure, f"Weekly turnover after the first purchase; average: {means}")


def member_spread(walks: Sequence[Backtest]) -> Chart:
    """CAGR of every member walked alone, beside its committee: how much of a result is the seed."""
    palette = colours([walk.name for walk in walks])
    figure = go.Figure()
    for walk in walks:
        alone = [cagr(walk.members[:, member]) for member in range(walk.members.shape[1])]
        figure.add_scatter(
            x=alone,
            y=[walk.name] * len(alone),
            mode="markers",
            name="member",
            showlegend=False,
            marker={"size": 11, "color": palette[walk.name], "opacity": 0.55},
            hovertemplate="member %{x:.1%} a year<extra></extra>",
        )
        figure.add_scatter(
            x=[cagr(walk.net)],
            y=[walk.name],
            mode="markers",
            name="committee",
            showlegend=False,
            marker={"size": 15, "symbol": "diamond", "color": palette[walk.name]},
            hovertemplate="committee %{x:.1%} a year<extra></extra>",
        )
    _style(figure, "")
    figure.update_layout(height=110 + 48 * len(walks), hovermode="closest")
    figure.update_xaxes(title="CAGR, net of costs (% a year)", tickformat=".1%", type="linear")
    figure.update_yaxes(automargin=True)
    spread = "; ".join(
        f"{walk.name} {percent(min(map(cagr, walk.members.T)))} to {percent(max(map(cagr, walk.members.T)))}"
        for walk in walks
    )
    return Chart(figure, f"CAGR of the members one by one: {spread}")


def before_after(current: Mapping[str, float], target: Mapping[str, float]) -> Chart:
    """Weight of every asset before and after the trades."""
    names = list(target)
    bars = (("Now", current, CASH_COLOUR), ("Target", target, STRATEGY_COLOURS[0]))
    figure = go.Figure(
        [
            go.Bar(
                x=names,
                y=[weights[name] for name in names],
                name=label,
                marker_color=colour,
                hovertemplate="%{y:.1%}",
            )
            for label, weights, colour in bars
        ]
    )
    _style(figure, "Weight (% of wealth)", percent_axis=True)
    figure.update_layout(barmode="group", bargap=0.25)
    top = max(target, key=lambda name: target[name])
    return Chart(
        figure, f"Weights before and after the trades; largest target: {top}, {percent(target[top])}"
    )


def known_shares(table: pd.DataFrame, name: str) -> Chart:
    """Known share of a field or signal: symbols × years."""
    figure = go.Figure(
        go.Heatmap(
            x=[str(year) for year in table.columns],
            y=list(table.index),
            z=table.to_numpy(),
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(201, 80, 74, 0.75)"], [0.98, "#b8961e"], [1, "#2a9d78"]],
            colorbar={"tickformat": ".0%", "title": "known"},
            hovertemplate="%{y} in %{x}: %{z:.1%} known<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    _style(figure, "")
    figure.update_layout(height=90 + 22 * len(table), hovermode="closest")
    figure.update_yaxes(autorange="reversed", automargin=True)
    return Chart(
        figure, f"Known share of {name} by stock and year; on average {percent(table.to_numpy().mean())}"
    )


def learning_curve(curve: pd.DataFrame, figures: Sequence[str], title: str) -> dict[str, Any]:
    """ECharts option of a job's learning curve: cheap enough to be drawn every two seconds."""
    shown = [figure for figure in figures if figure in curve]
    return {
        "animation": False,
        "color": list(STRATEGY_COLOURS),
        "title": {"text": title, "textStyle": {"fontSize": 13, "fontWeight": "normal"}},
        "legend": {"show": len(shown) > 1, "top": 22, "icon": "roundRect", "itemWidth": 12, "itemHeight": 4},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3f"},
        "grid": {"left": 44, "right": 16, "top": 50, "bottom": 28},
        "dataset": {"source": curve[["update", *shown]]},
        "xAxis": {
            "type": "value",
            "name": "update",
            "nameLocation": "middle",
            "nameGap": 24,
            "min": 0,
            "splitNumber": 3,
        },
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "type": "line",
                "name": figure.replace("_", " "),
                "showSymbol": False,
                "encode": {"x": "update", "y": figure, "tooltip": [figure]},
            }
            for figure in shown
        ],
    }


def asset_colours(names: Sequence[str]) -> dict[str, str]:
    """One colour per asset: hues all around, light and dark in turn; CASH is grey."""
    stocks = [name for name in names if name != "CASH"]
    tones = {
        name: f"hsl({round(i * 360 / len(stocks))}, 58%, {(46, 62)[i % 2]}%)" for i, name in enumerate(stocks)
    }
    return {**tones, "CASH": CASH_COLOUR}


def _line(name: str, x: Any, y: Any, colour: str, value: str, dashed: bool) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines",
        hovertemplate=value,
        line={"color": colour, "width": 1.6 if dashed else 2.4, "dash": "dash" if dashed else "solid"},
    )


def _style(figure: go.Figure, y_title: str, percent_axis: bool = False) -> None:
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.16, "xanchor": "left", "yanchor": "top"},
    )
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(title=y_title, gridcolor=GRID, zerolinecolor=GRID)
    if percent_axis:
        figure.update_yaxes(tickformat=".0%")


def _fold_starts(walks: Sequence[Backtest]) -> list[tuple[int, Any]]:
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
