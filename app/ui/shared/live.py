"""A part of a page that follows what is at work."""

from collections.abc import Callable, Collection

import streamlit as st

from app.ui.shared.refusals import refusals_shown

__all__ = ["live"]


def live(key: str, at_work: Collection[object], draw: Callable[[], Collection[object]]) -> None:
    """Draw a part of the page, and again every two seconds while something is at work.

    `at_work` is what the page was drawn with, `draw` returns the same as it is now: where they differ, the
    whole page is drawn again.
    """

    @st.fragment(run_every="2s" if at_work else None, key=key)
    def part() -> None:
        with refusals_shown():
            if draw() != at_work:
                st.rerun()

    part()
