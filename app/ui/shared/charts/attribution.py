"""Where a lead comes from, by stock."""

import pandas as pd
import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import MARK, Chart, layout
from app.ui.shared.charts.largest import largest
from sac.config import CASH
from sac.evidence import COSTS

__all__ = ["edge_by_stock"]


def edge_by_stock(lead: pd.Series, name: str, benchmark: str) -> Chart:
    """What each asset and the costs add to an edge, log growth a year, largest first.

    Beyond 30 stocks those that matter least share a bar, which has their sum.
    """
    _, others = largest(lead.drop([CASH, COSTS], errors="ignore").abs())
    bars = lead.drop(others)
    if others:
        bars[f"{len(others)} others"] = lead[others].sum()
    ordered = bars.sort_values()
    figure = go.Figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": 100.0 * ordered.to_numpy(),
                "y": list(ordered.index),
                "marker": {"color": ["#2a9d78" if value >= 0 else "#c9504a" for value in ordered]},
                "hovertemplate": "%{y} %{x:+.2f} pp<extra></extra>",
            }
        ],
        layout(
            "",
            height=90 + 21 * len(ordered),
            hovermode="closest",
            showlegend=False,
            xaxis={
                "title": {"text": f"Log growth over {benchmark.lower()}, net (pp a year)"},
                "tickformat": "+.2~f",
                "zeroline": True,
                "zerolinecolor": MARK,
            },
            yaxis={"automargin": True},
        ),
    )
    best, worst = str(lead.idxmax()), str(lead.idxmin())
    return Chart(
        figure,
        f"What each asset adds to the edge of {name} over {benchmark.lower()}: most {best} "
        f"{points(lead[best])}, least {worst} {points(lead[worst])} a year",
    )
