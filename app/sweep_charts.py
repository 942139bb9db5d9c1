"""A sweep in one picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from app.charts import Chart, layout
from app.formats import points
from sac.experiments import Row

__all__ = ["setting_map"]


def setting_map(
    rows: Sequence[Row], choices: Mapping[str, Mapping[str, Any]], varied: Sequence[str]
) -> Chart | None:
    """Mean lead over equal weight by the first two settings that vary; None with fewer than two."""
    table = pd.DataFrame(
        [
            {name: str(choices[row.result.key].get(name, "preset")) for name in varied}
            | {"lead": row.over_equal_weight}
            for row in rows
            if row.result.problem is None
        ]
    )
    axes = [name for name in varied if name in table and table[name].nunique() > 1][:2]
    if len(axes) < 2:
        return None
    means = table.pivot_table(index=axes[0], columns=axes[1], values="lead", aggfunc="mean", sort=False)
    figure = go.Figure(
        go.Heatmap(
            x=list(means.columns),
            y=list(means.index),
            z=means.to_numpy(),
            zmid=0,
            colorscale=[[0, "#c9504a"], [0.5, "#8494a2"], [1, "#2a9d78"]],
            colorbar={"tickformat": "+.1%", "title": "CAGR over<br>equal weight"},
            texttemplate="%{z:+.1%}",
            hovertemplate=f"{axes[0]} %{{y}}, {axes[1]} %{{x}}: %{{z:+.2%}}<extra></extra>",
        ),
        layout(
            axes[0],
            hovermode="closest",
            xaxis={"type": "category", "title": {"text": axes[1]}},
            yaxis={"type": "category"},
        ),
    )
    alt = f"Mean CAGR over equal weight by {axes[0]} and {axes[1]}; the best is"
    return Chart(figure, f"{alt} {points(float(means.max().max()))}")
