"""A button that acts."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.access import visitors
from app.ui.shared.flash import Outcome, flash, keep
from sac.errors import DeskError
from sac.text import plain

__all__ = ["Act", "action"]

Act = Callable[[str], Outcome]  # takes the name of the acting person


def action(
    label: str,
    act: Act,
    *,
    key: str,
    blocked: bool = False,
    help: str | None = None,
    said_at: str | None = None,
    **look: Any,
) -> None:
    """A button for approvers, disabled with the reason for all others.

    `act` is called before the page is drawn again, so it has what the person saw: values of fields it reads
    from the session's state. What it returns or raises is said below the button, or at the place `said_at`
    that the page draws with `flash`. `look`: further options of `st.button`.
    """
    why_not = visitors.refusal()
    st.button(
        label,
        key=key,
        on_click=_acted,
        args=(act, said_at or key),
        disabled=blocked or why_not is not None,
        help=plain(why_not) if why_not else help,
        **look,
    )
    if said_at is None:
        flash(key)


def _acted(act: Act, place: str) -> None:
    try:
        outcome = act(visitors.approver())
    except (DeskError, OSError) as refusal:
        outcome = refusal
    keep(place, outcome)
