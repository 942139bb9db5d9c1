"""Figures on a page: single ones, and the columns of tables that hold them."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

__all__ = ["figure", "right_aligned"]


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


def right_aligned(*columns: str) -> dict[str, Any]:
    """Configuration of a table's columns that hold figures with their units as text."""
    return dict.fromkeys(columns, st.column_config.TextColumn(alignment="right"))
