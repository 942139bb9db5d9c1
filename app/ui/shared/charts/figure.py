"""Figures that pages share, readable on light and dark grounds; each Plotly figure comes with alt text."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

__all__ = ["Chart", "asset_colours", "colours", "layout", "show", "untagged"]

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


def untagged(figure: go.Figure) -> go.Figure:
    """The figure with its names and labels as they are: Plotly reads <tags> in them."""
    shown = go.Figure(figure)
    for trace in shown.data:
        for part in ("name", "text", "x", "y"):
            value = getattr(trace, part, None)
            if isinstance(value, str):
                trace[part] = escape(value, quote=False)
            elif value is not None and any(isinstance(one, str) for one in value):
                trace[part] = [escape(one, quote=False) if isinstance(one, str) else one for one in value]
    return shown


def show(chart: Chart, key: str) -> None:
    """Draw an analysis chart."""
    figure = untagged(chart.figure)
    st.plotly_chart(figure, key=key, alt=chart.alt, config={"displaylogo": False, "scrollZoom": False})
