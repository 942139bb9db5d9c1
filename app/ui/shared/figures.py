"""Figures on a page: single ones, and tables that hold them."""

from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

__all__ = ["SEEN", "figure", "right_aligned", "table_height"]

SEEN = 16  # rows that are seen at once of a table that scrolls


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


def table_height(rows: int, most: int = 2 * SEEN) -> int | Literal["content"]:
    """All rows of a table, or pixels for a good screen of one that has more than `most`: it scrolls."""
    return "content" if rows <= most else 35 * (SEEN + 1)


def right_aligned(*columns: str) -> dict[str, Any]:
    """Configuration of a table's columns that hold figures with their units as text."""
    return dict.fromkeys(columns, st.column_config.TextColumn(alignment="right"))
