"""Figures on a page: single ones, and the columns of tables that hold them."""

import re
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
) -> None:
    """A figure with its signed difference to a benchmark, which has an arrow unless it rounds to zero."""
    place.metric(
        label,
        value,
        f"{difference} vs {than}",
        delta_color="blue",
        delta_arrow="auto" if re.search("[1-9]", difference) else "off",
        border=border,
        help=help,
    )


def right_aligned(*columns: str) -> dict[str, Any]:
    """Configuration of a table's columns that hold figures with their units as text."""
    return dict.fromkeys(columns, st.column_config.TextColumn(alignment="right"))
