"""Choices on a page, kept in its URL where a link may name them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.util import hash_pandas_object

from app.formats import UNKNOWN
from sac.text import code

__all__ = ["linked", "not_here", "selectable", "strip"]

_ROW = 33  # pixels of a table's row, its header's too, in the desk's font size
_MOST_ROWS = 10  # more are scrolled to


def selectable(
    table: pd.DataFrame,
    ids: list[str],
    parameter: str,
    alt: str,
    *,
    single: bool = False,
    preselected: list[str] | None = None,
    columns: dict[str, Any] | None = None,
) -> list[str]:
    """A table whose selected rows are kept in the URL; returns their ids (one per row of the table)."""
    linked = st.query_params.get_all(parameter)
    wanted = linked or preselected or []
    rows = [row for row, name in enumerate(ids) if name in wanted][: 1 if single else None]
    # Rows are selected by position: a table with other contents must be another table, and so must one whose
    # selection a link or the browser's Back has changed.
    chosen_here, visits = st.session_state.get(f"{parameter}-chosen", (linked, 0))
    visits += chosen_here != linked
    st.session_state[f"{parameter}-chosen"] = linked, visits
    key = f"{parameter}-{visits}-{hash_pandas_object(table).sum()}"

    def choose() -> None:
        chosen = [ids[row] for row in st.session_state[key]["selection"]["rows"]]
        if chosen != [ids[row] for row in rows]:  # else the arrow keys moved to another cell
            st.query_params[parameter] = chosen
            st.session_state[f"{parameter}-chosen"] = chosen, visits

    event = st.dataframe(
        table,
        hide_index=True,
        on_select=choose,
        # Cells too: with a row that is selected from the start the arrow keys would find none to go on from.
        selection_mode=["single-row" if single else "multi-row", "single-cell"],
        selection_default={
            "selection": {"rows": rows, "cells": [(row, str(table.columns[0])) for row in rows[:1]]}
        },
        key=key,
        height=_ROW * (1 + min(max(len(table), 1), _MOST_ROWS)) + 2,  # else what is below would jump
        placeholder=UNKNOWN,
        column_config=columns,
        alt=alt,
    )
    return [ids[row] for row in event["selection"]["rows"]]


def not_here(wanted: Sequence[str], known: Sequence[str], hint: str) -> None:
    """Say what a link names and the page does not have, and what may have become of it."""
    missing = [name[:60] for name in wanted if name not in known]
    if missing:
        names = ", ".join(map(code, missing))
        verb = "is" if len(missing) == 1 else "are"
        st.warning(f"The link names {names}, which {verb} not here. {hint}", icon=":material/link_off:")


def linked(title: str, parameter: str, options: Mapping[str, str], help: str | None = None) -> str:
    """A choice (id -> text) whose id stands in the URL, the first where it has none.

    The URL is the truth, so the browser's Back takes a choice back; `bind` would put the text there.
    """
    ids, key = list(options), f"linked-{parameter}"
    wanted = st.query_params.get(parameter, ids[0])
    if key not in st.session_state:  # later the URL only repeats choices, of another variant perhaps
        not_here([wanted], ids, f"Shown instead: {options[ids[0]]}.")
    st.session_state[key] = wanted if wanted in ids else ids[0]

    def choose() -> None:
        chosen = st.session_state[key]
        st.query_params[parameter] = [] if chosen == ids[0] else chosen

    return str(
        st.selectbox(title, ids, format_func=options.__getitem__, key=key, help=help, on_change=choose)
    )


def strip(
    title: str,
    options: Sequence[str],
    *,
    key: str,
    default: str | None = None,
    format_func: Callable[[str], str] = str,
) -> str:
    """One of a few, side by side; the first unless there is another default."""
    return str(
        st.segmented_control(
            title,
            options,
            default=default or options[0],
            required=True,
            format_func=format_func,
            key=key,
            label_visibility="collapsed",
        )
    )
