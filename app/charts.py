"""Figures that pages share, readable on light and dark grounds; each Plotly figure comes with alt text."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from app.formats import percent

__all__ = [
    "Chart",
    "asset_colours",
    "before_after",
    "colours",
    "known_shares",
    "layout",
    "learning_curve",
]

# Mid tones: each stands out from white and from near black.
STRATEGY_COLOURS = ("#2e86b8", "#d9792b", "#2a9d78", "#8a6cc0", "#c9504a", "#b8961e")
BASELINE_COLOURS = {  # duller, and dashed in every chart
    "Equal weight": "#8494a2",
    "Buy & hold": "#b08968",
    "Inverse volatility": "#7d9a6f",
    "HRP": "#9c7fa8",
    "Minimum variance": "#b57b86",
    "S&P 500 price index": "#6a86a8",
    "Cash": "#a39e8f",
}
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


def before_after(
    current: Mapping[str, float], target: Mapping[str, float], names: tuple[str, str] = ("Now", "Target")
) -> Chart:
    """Weight of every asset before and after the trades."""
    assets = list(target)
    bars = zip(names, (current, target), (CASH_COLOUR, STRATEGY_COLOURS[0]), strict=True)
    figure = go.Figure(
        [
            go.Bar(
                x=assets,
                y=[weights[asset] for asset in assets],
                name=label,
                marker_color=colour,
                hovertemplate="%{y:.1%}",
            )
            for label, weights, colour in bars
        ],
        layout("Weight (% of wealth)", percent_axis=True, barmode="group", bargap=0.25),
    )
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
        ),
        layout(
            "",
            height=90 + 22 * len(table),
            hovermode="closest",
            yaxis={"autorange": "reversed", "automargin": True},
        ),
    )
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


def layout(y_title: str, percent_axis: bool = False, **others: Any) -> dict[str, Any]:
    """Layout that all figures share; `others` are laid over it."""
    shared: dict[str, Any] = {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": -0.16, "xanchor": "left", "yanchor": "top"},
        "xaxis": {"showgrid": False},
        "yaxis": {"title": {"text": y_title}, "gridcolor": GRID, "zerolinecolor": GRID}
        | ({"tickformat": ".0%"} if percent_axis else {}),
    }
    for name, value in others.items():
        held = shared.get(name)
        shared[name] = held | value if isinstance(held, dict) else value
    return shared
