"""Weights: before and after, and over time."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from app.formats import percent
from app.ui.shared.charts.figure import (
    CASH_COLOUR,
    HEIGHT,
    STRATEGY_COLOURS,
    Chart,
    asset_colours,
    layout,
)
from sac.portfolio import Backtest

__all__ = ["allocation", "before_after"]


def before_after(
    current: Mapping[str, float],
    target: Mapping[str, float],
    names: tuple[str, str] = ("Now", "Target"),
) -> Chart:
    """Weight of every asset before and after the trades."""
    bars = {names[0]: (current, CASH_COLOUR), names[1]: (target, STRATEGY_COLOURS[0])}
    top = max(target, key=lambda name: target[name])
    alt = f"Weights before and after the trades; largest target: {top}, {percent(target[top])}"
    assets = list(target)
    figure = go.Figure(
        [
            go.Bar(
                x=assets,
                y=[weights[asset] for asset in assets],
                name=label,
                marker_color=colour,
                hovertemplate="%{y:.1%}",
            )
            for label, (weights, colour) in bars.items()
        ],
        layout("Weight (% of wealth)", percent_axis=True, barmode="group", bargap=0.25),
    )
    return Chart(figure, alt)


def allocation(backtest: Backtest) -> Chart:
    """Target weights over time, stacked: the largest average position at the bottom, CASH on top."""
    means = backtest.weights[:, :-1].mean(axis=0)
    order = [*np.argsort(-means, kind="stable"), len(backtest.symbols)]
    names = [*backtest.symbols, "CASH"]
    tones = asset_colours(names)
    figure = go.Figure(
        [
            {
                "type": "scatter",
                "x": backtest.fills,
                "y": backtest.weights[:, column],
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
        figure,
        f"Target weights of {backtest.name} over time; largest on average: {top}, {percent(means.max())}",
    )
