"""A sweep in one picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import Chart, layout
from sac.experiments import Row

__all__ = ["differing", "setting_map"]

Choices = Mapping[str, Mapping[str, Any]]  # by the trials' keys


def differing(rows: Sequence[Row], choices: Choices, varied: Sequence[str]) -> list[str]:
    """Those of the varied settings in which finished trials differ."""
    done = [choices[row.result.key] for row in rows if row.result.problem is None]
    return [name for name in varied if len({str(choice.get(name)) for choice in done}) > 1]


def setting_map(rows: Sequence[Row], choices: Choices, down: str, across: str) -> Chart:
    """Mean lead over equal weight by two settings, whose values stand in the order of the sweep."""

    def value(name: str, key: str) -> str:
        return str(choices[key].get(name, "preset"))

    table = pd.DataFrame(
        [
            {name: value(name, row.result.key) for name in (down, across)}
            | {"lead": row.result.over_equal_weight * 100}
            for row in rows
            if row.result.problem is None
        ]
    )
    means = table.pivot_table(index=down, columns=across, values="lead", aggfunc="mean").reindex(
        index=list(dict.fromkeys(value(down, key) for key in choices)),
        columns=list(dict.fromkeys(value(across, key) for key in choices)),
    )
    figure = go.Figure(
        go.Heatmap(
            x=list(means.columns),
            y=list(means.index),
            z=means.to_numpy(),
            zmid=0,
            colorscale=[[0, "#c9504a"], [0.5, "#8494a2"], [1, "#2a9d78"]],
            colorbar={"tickformat": "+.1f", "title": "pp a year"},
            texttemplate="%{z:+.1f} pp",
            hovertemplate=f"{down} %{{y}}, {across} %{{x}}: %{{z:+.2f}} pp<extra></extra>",
        ),
        layout(
            down,
            hovermode="closest",
            xaxis={"type": "category", "title": {"text": across}},
            yaxis={"type": "category"},
        ),
    )
    alt = f"Mean CAGR over equal weight by {down} and {across}; the best is"
    return Chart(figure, f"{alt} {points(float(means.max().max()) / 100)}")
