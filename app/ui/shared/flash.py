"""What came of the last action, said once."""

import streamlit as st

from app.ui.shared.refusals import show_refusal
from sac.errors import DeskError
from sac.text import said

__all__ = ["Outcome", "flash", "keep"]

Outcome = str | DeskError | OSError | None  # what was done, or what refused it; None: the page shows it


def keep(place: str, outcome: Outcome) -> None:
    """Keep what came of an action for the next drawing of a place on the page."""
    st.session_state[_key(place)] = outcome


def flash(place: str) -> None:
    """Say what was kept for this place, and forget it."""
    outcome = st.session_state.pop(_key(place), None)
    if isinstance(outcome, str):
        st.success(said(outcome), icon=":material/check_circle:")
    elif outcome is not None:
        show_refusal(outcome)


def _key(place: str) -> str:
    return f"flash-{place}"
