"""Files to take away."""

from collections.abc import Callable

import streamlit as st

__all__ = ["csv_button"]


def csv_button(label: str, content: Callable[[], str], file: str, *, blocked: bool = False) -> None:
    """A CSV file, which is made when somebody asks for it."""
    st.download_button(
        f"{label} (CSV)",
        content,
        file,
        "text/csv",
        on_click="ignore",
        disabled=blocked,
        icon=":material/download:",
    )
