"""Settings of a sweep as rows of dots: how much is the setting, how much the seed."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import MARK, Chart, layout
from sac.experiments import Setting

__all__ = ["SHOWN", "described", "dots"]

SHOWN = 20  # rows that one look takes in
_ROW = 30  # pixels


def described(setting: Setting, varied: Sequence[str]) -> str:
    """A setting by what differs: "action_scale 5, init_alpha 0.2"."""
    return (
        ", ".join(f"{name} {setting.choices[name]}" for name in varied if name in setting.choices) or "preset"
    )


def _values(setting: Setting, varied: Sequence[str]) -> str:
    """The same in a phone's width: the axis names the settings."""
    return " · ".join(str(setting.choices.get(name, "–")) for name in varied) or "preset"


def dots(settings: Sequence[Setting], varied: Sequence[str], colour: str) -> Chart:
    """Lead over equal weight of the best settings: a dot per seed, a diamond for their mean."""
    best = {_values(setting, varied): setting for setting in settings if setting.rows}
    best = dict(list(best.items())[:SHOWN])
    figure = go.Figure(
        _marks(best, colour),
        layout(
            " · ".join(varied),
            height=110 + _ROW * len(best),
            hovermode="closest",
            xaxis={
                "title": {"text": "Lead (pp of CAGR)"},
                "zeroline": True,
                "zerolinecolor": MARK,
                "tickformat": "+.1f",
            },
            yaxis={"automargin": True, "type": "category", "autorange": "reversed"},
            legend={"y": 1.0, "yanchor": "bottom"},
            margin={"t": 30},
        ),
    )
    ends = "; ".join(
        f"{described(setting, varied)} {points(setting.lead)} "
        f"({points(min(setting.leads))} to {points(max(setting.leads))})"
        for setting in list(best.values())[:5]
    )
    return Chart(figure, f"CAGR over equal weight by setting, mean and range over seeds; best first: {ends}")


def _marks(settings: Mapping[str, Setting], colour: str) -> list[dict[str, Any]]:
    """The dots of all seeds, and the diamonds of their means, by the rows' names."""
    seeds = [
        (lead, name, row.result.settings.seed)
        for name, setting in settings.items()
        for lead, row in zip(setting.leads, setting.rows, strict=True)
    ]
    shared = {"type": "scatter", "mode": "markers"}
    return [
        {
            **shared,
            "name": "one seed",
            "x": [lead * 100 for lead, _, _ in seeds],
            "y": [name for _, name, _ in seeds],
            "customdata": [seed for _, _, seed in seeds],
            "marker": {"size": 9, "color": colour, "symbol": "circle-open", "line": {"width": 2}},
            "hovertemplate": "seed %{customdata}: %{x:+.1f} pp<extra></extra>",
        },
        {
            **shared,
            "name": "mean",
            "x": [setting.lead * 100 for setting in settings.values()],
            "y": list(settings),
            "marker": {"size": 13, "color": colour, "symbol": "diamond"},
            "hovertemplate": "mean: %{x:+.1f} pp<extra></extra>",
        },
    ]
