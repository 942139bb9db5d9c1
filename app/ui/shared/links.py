"""Choices on a page, kept in its URL where a link may name them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.util import hash_pandas_object

from app.formats import UNKNOWN
from sac.text import code

__all__ = ["linked", "not_here", "selectable", "strip"]


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
    wanted = st.query_params.get_all(parameter) or preselected or []
    rows = [row for row, name in enumerate(ids) if name in wanted]
    event = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row" if single else "multi-row",
        selection_default={"selection": {"rows": rows[:1] if single else rows}},
        # Rows are selected by position: a table with other contents must be another table.
        key=f"{parameter}-{hash_pandas_object(table).sum()}",
        placeholder=UNKNOWN,
        column_config=columns,
        alt=alt,
    )
    chosen = [ids[row] for row in event["selection"]["rows"]]
    if chosen or parameter in st.query_params:
        st.query_params[parameter] = chosen
    return chosen


def not_here(wanted: Sequence[str], known: Sequence[str], hint: str) -> None:
    """Say what a link names and the page does not have, and what may have become of it."""
    missing = [name[:60] for name in wanted if name not in known]
    if missing:
        names = ", ".join(map(code, missing))
        verb = "is" if len(missing) == 1 else "are"
        st.warning(f"The link names {names}, which {verb} not here. {hint}", icon=":material/link_off:")


def linked(title: str, parameter: str, options: Mapping[str, str], help: str | None = None) -> str:
    """A choice (id -> text) whose id stands in the URL; `bind` would put the text there."""
    ids = list(options)
    wanted, key = st.query_params.get(parameter, ids[0]), f"linked-{parameter}"
    if key not in st.session_state:  # later the URL only repeats choices, of another variant perhaps
        not_here([wanted], ids, f"Shown instead: {options[ids[0]]}.")
    index = ids.index(wanted) if wanted in ids else 0
    choice = st.selectbox(title, ids, index, format_func=options.__getitem__, key=key, help=help)
    st.query_params[parameter] = choice
    return choice


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
