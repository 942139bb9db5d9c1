"""Figures on a page: single ones, and the columns of tables that hold them."""

import math
import re
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

__all__ = ["figure", "lead", "right_aligned"]


def figure(
    place: DeltaGenerator, label: str, value: str, note: str | None = None, *, help: str | None = None
) -> None:
    """A figure in a frame as high as its neighbours', with a remark in grey below it."""
    place.metric(
        label,
        value,
        note,
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=help,
        height="stretch",
    )


def lead(
    place: DeltaGenerator,
    label: str,
    value: str,
    difference: str,
    *,
    than: str,
    border: bool = False,
    help: str | None = None,
    growth: Sequence[float] | None = None,
) -> None:
    """A figure with its signed difference to a benchmark, and perhaps the growth behind it as a line.

    The difference has an arrow unless it rounds to zero.
    """
    place.metric(
        label,
        value,
        f"{difference} vs {than}",
        delta_color="blue",
        delta_arrow="auto" if re.search("[1-9]", difference) else "off",
        border=border,
        help=help,
        chart_data=_drawable(growth),
        chart_type="area",
    )


def _drawable(growth: Sequence[float] | None) -> list[float] | None:
    """A line's points with as many digits as anybody reads; None where there is none to draw.

    An empty line, or one with a gap, has no extent: the browser complains of it in its console.
    """
    known = [round(value, 3) for value in growth or () if math.isfinite(value)]
    return known if len(known) > 1 else None


def right_aligned(*columns: str) -> dict[str, Any]:
    """Configuration of a table's columns that hold figures with their units as text."""
    return dict.fromkeys(columns, st.column_config.TextColumn(alignment="right"))
