"""Acts on the Promotion page, and the history that they leave."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from app import access, decisions
from app.components import label
from app.formats import moment, percent
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.registry import Decision
from sac.registry.case import Case
from sac.registry.promotion import Verdict

__all__ = ["ACTION_WORDS", "answer", "decision_form", "history", "history_csv", "rollback_form"]

ANSWER = "promotion-answer"
ACTION_WORDS = {
    "first": "promoted as the first model",
    "automatic": "promoted by the gate",
    "approve": "approved",
    "override": "promoted by override",
    "rollback": "rolled back to",
    "reject": "rejected",
}


def act(work: Callable[[str], Decision]) -> None:
    """Do what a button asked for, as the person who pressed it; the next run of the page says what came."""
    try:
        decision = work(access.approver())
    except DeskError as refusal:
        st.session_state[ANSWER] = (False, str(refusal))
        return
    words = f"{decision.version} {ACTION_WORDS[decision.action]}"
    if decision.action == "rollback":
        words = f"Rolled back to {decision.version}"
    st.session_state[ANSWER] = (True, f"{words}. It is decision {decision.seq} in the history below.")


def answer() -> None:
    """What came of the last button, once."""
    done, text = st.session_state.pop(ANSWER, (True, ""))
    if text:
        (st.success if done else st.error)(
            text, icon=":material/check_circle:" if done else ":material/error:"
        )


def decision_form(case: Case, variant: str, champion: str | None) -> None:
    """Approve or override, or reject, with a reason. The buttons know which champion the person saw."""
    why_not = access.refusal()
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
            lambda actor: decisions.decided(
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
    why_not = access.refusal()
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
            lambda actor: decisions.rolled_back(
                settings(), variant, actor=actor, reason=st.session_state[reason], champion=champion, to=to
            )
        ),
    )


def history(rows: Sequence[Decision]) -> None:
    """Every decision, newest first, with a filter and a file."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        variants = st.multiselect(
            "Variants",
            list(VARIANTS),
            format_func=label,
            key="history-variants",
            placeholder="All",
            width=340,
        )
        actions = st.multiselect(
            "Decisions",
            list(ACTION_WORDS),
            format_func=lambda action: ACTION_WORDS[action].capitalize(),
            key="history-actions",
            placeholder="All",
            width=340,
        )
        st.download_button(
            "History (CSV)",
            lambda: history_csv(rows),
            "decisions.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    shown = [
        row
        for row in rows
        if (not variants or row.variant in variants) and (not actions or row.action in actions)
    ]
    st.dataframe(
        pd.DataFrame(
            {
                "No.": [row.seq for row in shown],
                "When": [moment(row.at) for row in shown],
                "Who": [row.actor for row in shown],
                "Decision": [ACTION_WORDS.get(row.action, row.action) for row in shown],
                "Version": [row.version for row in shown],
                "Variant": [label(row.variant) for row in shown],
                "Champion before": [row.champion or "none" for row in shown],
                "CAGR": [percent(row.eval_cagr) for row in shown],
                "Champion's CAGR": [percent(row.prior_cagr) for row in shown],
                "Gate": ["passed" if row.passed else "held" for row in shown],
                "Reason": [row.reason for row in shown],
                "Evidence": [row.evidence_hash[:12] if row.evidence else "" for row in shown],
            }
        ),
        hide_index=True,
        alt="Decisions, newest first",
    )


def history_csv(rows: Sequence[Decision]) -> str:
    """The whole log with its hashes, oldest first, so that the chain can be checked elsewhere."""
    return pd.DataFrame([vars(row) for row in reversed(rows)]).to_csv(index=False)
