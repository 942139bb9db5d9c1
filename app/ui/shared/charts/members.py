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


def member_fan(backtest: Backtest, benchmark: Backtest, colour: str) -> Chart:
    """Excess of every member alone (thin) and of the committee (thick) over the benchmark, per dollar."""
    alone = np.vstack(
        [np.ones(backtest.members.shape[1]), np.cumprod(1.0 + backtest.members, axis=0)]
    )  # (W+1, M)
    ahead = np.column_stack([alone, backtest.wealth]) / benchmark.wealth[:, None] - 1.0  # (W+1, M+1)
    names = [*(f"member {number}" for number in range(1, ahead.shape[1])), backtest.name]
    figure = go.Figure(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "x": backtest.dates,
                "y": ahead[:, column],
                "name": name,
                "line": {"color": colour, "width": 3 if name == backtest.name else 1},
                "opacity": 1.0 if name == backtest.name else 0.6,
                "hovertemplate": "%{y:+.1%}",
                "showlegend": name == backtest.name,
            }
            for column, name in enumerate(names)
        ],
        layout(
            f"Excess over {benchmark.name.lower()}, net (%)",
            yaxis={"tickformat": ".1%", "zeroline": True, "zerolinecolor": MARK},
        ),
    )
    *ends, committee = ahead[-1]
    return Chart(
        figure,
        f"How far the {len(ends)} members of {backtest.name} end ahead of {benchmark.name.lower()}: "
        f"{points(min(ends))} to {points(max(ends))}, the committee {points(committee)}",
    )


def member_spread(backtests: Sequence[Backtest]) -> Chart:
    """CAGR of every member alone, their interquartile mean, and the committee: how much is the seed."""
    palette = colours([each.name for each in backtests])
    traces: list[dict[str, Any]] = []
    for backtest in backtests:
        alone = np.array([cagr(member) for member in backtest.members.T])
        colour = palette[backtest.name]
        traces += [
            _dots("member", alone, backtest.name, {"size": 11, "color": colour, "opacity": 0.55}),
            _dots(
                "interquartile mean",
                [interquartile_mean(alone)],
                backtest.name,
                {"size": 22, "symbol": "line-ns-open", "color": colour, "line": {"width": 3}},
            ),
            _dots(
                "committee",
                [cagr(backtest.net)],
                backtest.name,
                {"size": 15, "symbol": "diamond", "color": colour},
            ),
        ]
    figure = go.Figure(
        traces,
        layout(
            "",
            height=110 + 48 * len(backtests),
            hovermode="closest",
            xaxis={"title": {"text": "CAGR, net of costs (% a year)"}, "tickformat": ".1%", "type": "linear"},
            yaxis={"automargin": True},
        ),
    )
    spread = "; ".join(
        f"{each.name} {percent(min(map(cagr, each.members.T)))} to {percent(max(map(cagr, each.members.T)))}"
        for each in backtests
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
