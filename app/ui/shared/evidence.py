"""Evidence in tables: an interval as a bar, a verdict as a word with its sign."""

from typing import Any

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from app.formats import points
from sac.arrays import Floats
from sac.evidence import Difference

__all__ = ["verdict", "with_intervals"]

_AHEAD, _BEHIND, _UNSURE = "#2a9d7899", "#c9504a99", "#8494a266"  # readable below text, light and dark
_ZERO = "#808a9b"
_SHARE = 70.0  # percent of its cell that a bar may take: the value stands right of it


def verdict(difference: Difference) -> str:
    """What a difference to equal weight is, in a word with a sign: no colour alone."""
    if difference.none:
        return "= same"
    if difference.low > 0.0:
        return "▲ ahead"
    return "▼ behind" if difference.high < 0.0 else "○ could be luck"


def with_intervals(table: pd.DataFrame, value: str, low: str, high: str) -> Styler:
    """A table for `st.table` in which the interval of a value is a bar.

    value, low, high: columns of fractions. The bounds become a bar below the value, which is in points: from
    low to high, on one scale for all rows, with a line at zero. A row whose bounds are missing or equal has
    no bar. Other columns are formatted by the caller.
    """
    bounds = table[[low, high]].to_numpy(dtype=float)
    shown = table.drop(columns=[low, high])
    css = pd.DataFrame("", index=shown.index, columns=shown.columns)
    css[value] = _bars(bounds)
    return shown.style.format(_points, subset=[value]).apply(lambda _: css, axis=None)


def _points(lead: Any) -> str:  # pandas styles cells of any type
    return points(lead).replace(" ", "\u00a0")


def _bars(bounds: Floats) -> list[str]:
    """The styles of cells whose intervals (rows, 2) are drawn on one scale that has zero in it."""
    drawn = np.isfinite(bounds).all(axis=1) & (bounds[:, 0] < bounds[:, 1])
    if not drawn.any():
        return [""] * len(bounds)
    left, right = min(bounds[drawn, 0].min(), 0.0), max(bounds[drawn, 1].max(), 0.0)
    places = _SHARE * (np.insert(bounds, 0, 0.0, axis=1) - left) / (right - left)  # zero, low, high: percent
    return [
        _bar(*row, colour=_AHEAD if low > 0.0 else _BEHIND if high < 0.0 else _UNSURE) if there else ""
        for there, (low, high), row in zip(drawn, bounds, places.tolist(), strict=True)
    ]


def _bar(zero: float, low: float, high: float, *, colour: str) -> str:
    line = f"{zero:.1f}% calc({zero:.1f}% + 2px)"
    mark = f"linear-gradient(90deg, transparent {zero:.1f}%, {_ZERO} {line}, #0000 0)"
    span = f"linear-gradient(90deg, transparent {low:.1f}%, {colour} {low:.1f}% {high:.1f}%, #0000 0)"
    return f"background: {mark}, {span} center / 100% 60% no-repeat; min-width: 13rem"
