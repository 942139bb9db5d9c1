"""Weights before and after."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from app.formats import percent
from app.ui.shared.charts.figure import CASH_COLOUR, STRATEGY_COLOURS, Chart, layout
from app.ui.shared.charts.largest import largest
from sac.config import CASH

__all__ = ["before_after"]


def before_after(
    current: Mapping[str, float],
    target: Mapping[str, float],
    names: tuple[str, str] = ("Now", "Target"),
) -> Chart:
    """Weight of every asset before and after the trades.

    Beyond 30 stocks those that change least share a place, which has their sum; CASH stands last.
    """
    bars = {names[0]: (current, CASH_COLOUR), names[1]: (target, STRATEGY_COLOURS[0])}
    top = max(target, key=lambda name: target[name])
    alt = f"Weights before and after the trades; largest target: {top}, {percent(target[top])}"
    changes = {name: abs(target[name] - current[name]) for name in target if name != CASH}
    shown, others = largest(pd.Series(changes, dtype="float64"))
    places = {name: [name] for name in target if name in shown}
    places |= {f"{len(others)} others": others} if others else {}
    places |= {CASH: [CASH]} if CASH in target else {}
    figure = go.Figure(
        [
            go.Bar(
                x=list(places),
                y=[sum(weights[asset] for asset in assets) for assets in places.values()],
                name=label,
                marker_color=colour,
                hovertemplate="%{y:.1%}",
            )
            for label, (weights, colour) in bars.items()
        ],
        layout("Weight (% of wealth)", percent_axis=True, barmode="group", bargap=0.25),
    )
    return Chart(figure, alt)
