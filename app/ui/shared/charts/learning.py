"""What agents were worth, while they learned, on weeks that they had not seen."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import MARK, Chart, layout
from sac.portfolio import LearningPoint

__all__ = ["learning"]


def learning(curve: Sequence[LearningPoint], name: str, colour: str) -> Chart:
    """Lead of the committee (line) and of its members (band) over equal weight, by update."""
    updates = [point.update for point in curve]
    edges = {
        "highest member": [max(point.members) for point in curve],
        "lowest member": [min(point.members) for point in curve],
    }
    band = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": updates,
            "y": values,
            "name": edge,
            "line": {"width": 0, "color": colour},
            "fill": "tonexty" if edge.startswith("lowest") else "none",
            "opacity": 0.3,
            "showlegend": False,
            "hovertemplate": "%{y:+.1%}",
        }
        for edge, values in edges.items()
    ]
    committee = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": updates,
        "y": [point.excess for point in curve],
        "name": "committee",
        "line": {"width": 2.4, "color": colour},
        "showlegend": False,
        "hovertemplate": "%{y:+.1%}",
    }
    figure = go.Figure(
        [*band, committee],
        layout(
            "Lead (% a year)",
            height=260,
            xaxis={"title": {"text": "Updates"}, "rangemode": "tozero", "tickformat": ","},
            yaxis={"tickformat": ".1%", "zeroline": True, "zerolinecolor": MARK},
        ),
    )
    first, last = curve[0], curve[-1]
    return Chart(
        figure,
        f"Lead of {name} over equal weight on its validation weeks: {points(first.excess)} a year after "
        f"{first.update:,} updates, {points(last.excess)} after {last.update:,}; its members then "
        f"{points(min(last.members))} to {points(max(last.members))}",
    )
