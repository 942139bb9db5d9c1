"""Acts on the Promotion page, and the history that they leave."""

from collections.abc import Callable, Sequence

import streamlit as st

from app.access import visitors
from app.decisions import acting
from app.settings import settings
from app.ui.promotion.history import ACTION_WORDS
from app.ui.shared.answers import ANSWER
from app.ui.shared.labels import label
from sac.errors import DeskError
from sac.promotion import Decision
from sac.promotion.case import Case
from sac.promotion.deciding import Verdict

__all__ = ["decision_form", "rollback_form"]


def act(work: Callable[[str], Decision]) -> None:
    """Do what a button asked for, as the person who pressed it; the next run of the page says what came."""
    try:
        decision = work(visitors.approver())
    except DeskError as refusal:
        st.session_state[ANSWER] = (False, str(refusal))
        return
    words = f"{decision.version} {ACTION_WORDS[decision.action]}"
    if decision.action == "rollback":
        words = f"Rolled back to {decision.version}"
    st.session_state[ANSWER] = (True, f"{words}. It is decision {decision.seq} in the history below.")


def decision_form(case: Case, variant: str, champion: str | None) -> None:
    """Approve or override, or reject, with a reason. The buttons know which champion the person saw."""
    why_not = visitors.refusal()
    reason = f"reason-{case.challenger}"
    st.text_input(
        "Reason",
        key=reason,
        max_chars=500,
        placeholder="Why? Whoever reads the history will want to know.",
        help="Stands in the history beside your name, the figures above and a fingerprint of the evidence.",
    )

    def decide(action: Verdict) -> None:
        act(
            lambda actor: acting.decided(
                settings(),
                variant,
                case.challenger,
                action,
                actor=actor,
                reason=st.session_state[reason],  # as it is when the button is pressed
                champion=champion,
                evidence=case.text(),
            )
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        if case.gate.passed:
            st.button(
                "Approve",
                type="primary",
                icon=":material/how_to_reg:",
                key="approve",
                on_click=decide,
                args=("approve",),
                disabled=why_not is not None,
                help=why_not,
            )
        else:
            sure = st.checkbox("I promote it although the gate holds it", key=f"sure-{case.challenger}")
            st.button(
                "Override the gate",
                icon=":material/gavel:",
                key="override",
                on_click=decide,
                args=("override",),
                disabled=why_not is not None or not sure,
                help=why_not or "Needs the tick beside it, and a reason.",
            )
        st.button(
            "Reject",
            icon=":material/thumb_down:",
            key="reject",
            on_click=decide,
            args=("reject",),
            disabled=why_not is not None,
            help=why_not,
        )


def rollback_form(variant: str, champion: str | None, earlier: Sequence[str]) -> None:
    """Back to an earlier champion: one click, one reason, one row."""
    if not earlier:
        st.caption("There is no earlier champion to go back to.")
        return
    why_not = visitors.refusal()
    to = st.selectbox("Back to", list(earlier), key=f"rollback-to-{variant}", width=340)
    reason = f"rollback-reason-{variant}"
    st.text_input("Reason for the rollback", key=reason, max_chars=500)
    st.button(
        "Roll back",
        icon=":material/undo:",
        key="rollback",
        disabled=why_not is not None,
        help=why_not or f"{to} becomes {label(variant)}'s champion again; {champion} stays on the shelf.",
        on_click=lambda: act(
            lambda actor: acting.rolled_back(
                settings(), variant, actor=actor, reason=st.session_state[reason], champion=champion, to=to
            )
        ),
    )
