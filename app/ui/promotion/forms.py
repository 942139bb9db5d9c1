"""The decision on a challenger."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from app.decisions import acting
from app.settings import settings
from app.ui.promotion.history import ACTION_WORDS
from app.ui.shared.action import action
from sac.promotion import Decision
from sac.promotion.case import Case
from sac.promotion.deciding import Verdict

__all__ = ["ANSWER", "decision_form", "described"]

ANSWER = "promotion"  # where the page says what came of a decision: the button may be gone by then


def described(decision: Decision) -> str:
    """What was decided, in a sentence."""
    words = f"{decision.version} {ACTION_WORDS[decision.action]}"
    if decision.action == "rollback":
        words = f"Rolled back to {decision.version}"
    return f"{words}: decision {decision.seq} in the history below."


def decision_form(case: Case, variant: str, champion: str | None, *, rejected: bool) -> None:
    """Approve or override, or reject, with a reason. The buttons know which champion the person saw."""
    st.text_input(
        "Reason",
        key=_reason(case),
        max_chars=500,
        placeholder="Why?",
        help="Recorded with your name, the figures above and a hash of the evidence.",
    )

    def decide(verdict: Verdict) -> Callable[[str], str]:
        return partial(_decided, case, variant, champion, verdict)

    with st.container(horizontal=True, vertical_alignment="center"):
        if case.gate.passed:
            action(
                "Approve",
                decide("approve"),
                key="approve",
                said_at=ANSWER,
                type="primary",
                icon=":material/how_to_reg:",
            )
        else:
            sure = st.checkbox("Promote it although it is not eligible", key=f"sure-{case.challenger}")
            action(
                "Override the gate",
                decide("override"),
                key="override",
                said_at=ANSWER,
                blocked=not sure,
                help="Needs the tick beside it, and a reason.",
                icon=":material/gavel:",
            )
        action(
            "Reject",
            decide("reject"),
            key="reject",
            said_at=ANSWER,
            blocked=rejected,
            help="Rejected already: see the history." if rejected else None,
            icon=":material/thumb_down:",
        )


def _reason(case: Case) -> str:
    return f"reason-{case.challenger}"


def _decided(case: Case, variant: str, champion: str | None, verdict: Verdict, actor: str) -> str:
    decision = acting.decided(
        settings(),
        variant,
        case.challenger,
        verdict,
        actor=actor,
        reason=st.session_state[_reason(case)],
        champion=champion,
        evidence=case.text(),
    )
    st.session_state[_reason(case)] = ""  # it was that decision's
    return described(decision)
