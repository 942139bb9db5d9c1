"""Where a lead comes from, by stock."""

import pandas as pd
import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import MARK, Chart, layout

__all__ = ["edge_by_stock"]


def edge_by_stock(lead: pd.Series, name: str, benchmark: str) -> Chart:
    """What each asset and the costs add to an edge, log growth a year, largest first."""
    ordered = lead.sort_values()
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
                "tickformat": "+.1f",
                "zeroline": True,
                "zerolinecolor": MARK,
            },
            yaxis={"automargin": True},
        ),
    )
    best, worst = ordered.index[-1], ordered.index[0]
    return Chart(
        figure,
        f"What each asset adds to the edge of {name} over {benchmark.lower()}: most {best} "
        f"{points(ordered.iloc[-1])}, least {worst} {points(ordered.iloc[0])} a year",
    )
