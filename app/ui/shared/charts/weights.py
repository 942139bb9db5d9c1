"""Weights before and after."""

from collections.abc import Mapping

import plotly.graph_objects as go

from app.formats import percent
from app.ui.shared.charts.figure import CASH_COLOUR, STRATEGY_COLOURS, Chart, layout

__all__ = ["before_after"]


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
