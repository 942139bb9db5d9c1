"""The way back to an earlier champion."""

from collections.abc import Mapping

import streamlit as st

from app.decisions import acting
from app.queries.promotion import Docket
from app.settings import settings
from app.ui.promotion.forms import ANSWER, described
from app.ui.shared.action import action
from app.ui.shared.labels import label
from app.ui.shared.links import strip
from sac.text import code

__all__ = ["rollback_section"]


def rollback_section(dockets: Mapping[str, Docket], selected: str | None) -> None:
    """One variant that had an earlier champion, first the selected one; nothing where there is none."""
    led = [variant for variant, docket in dockets.items() if docket.pointer and docket.earlier]
    if not led:
        return
    with st.expander("Roll back", key="roll-back", icon=":material/undo:"):
        variant = strip(
            "Variant",
            led,
            default=selected if selected in led else None,
            format_func=label,
            key="rollback-variant",
        )
        _form(dockets[variant])


def _form(docket: Docket) -> None:
    variant, champion = docket.variant, docket.pointer
    st.markdown(f"Champion: {code(champion or '')}")
    to = st.selectbox("Back to", docket.earlier, key=f"rollback-to-{variant}", width=340)
    reason = f"rollback-reason-{variant}"
    st.text_input("Reason for the rollback", key=reason, max_chars=500)

    def roll_back(actor: str) -> str:
        to, why = st.session_state[f"rollback-to-{variant}"], st.session_state[reason]
        decision = acting.rolled_back(settings(), variant, actor=actor, reason=why, champion=champion, to=to)
        st.session_state[reason] = ""  # it was that one's
        return described(decision)

    action(
        "Roll back",
        roll_back,
        key="rollback",
        said_at=ANSWER,
        help=f"{to} becomes {label(variant)}'s champion again; {champion} stays on the shelf.",
        icon=":material/undo:",
    )
