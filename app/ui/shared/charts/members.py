"""How far the members of a committee lie apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.formats import percent, points
from app.ui.shared.charts.figure import MARK, Chart, colours, layout
from sac.evidence import cagr, interquartile_mean
from sac.portfolio import Backtest

__all__ = ["member_fan", "member_spread"]


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
