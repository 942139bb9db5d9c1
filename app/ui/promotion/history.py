"""Every decision, with a filter and a file."""

from collections.abc import Sequence
from typing import cast

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.ui.shared.downloads import csv_button
from app.ui.shared.figures import right_aligned
from app.ui.shared.labels import label
from sac.config import VARIANTS, FollowChoice
from sac.promotion import Decision, SealedDecision
from sac.promotion.following import FOLLOWS
from sac.text import csv_of

__all__ = ["ACTION_WORDS", "decision_history", "history_csv"]


ACTION_WORDS = {
    "first": "promoted as the first model",
    "automatic": "promoted by the gate",
    "approve": "approved",
    "override": "promoted by override",
    "rollback": "rolled back to",
    "reject": "rejected",
    "follow": "follows by choice",
}


def decision_history(decisions: Sequence[SealedDecision]) -> None:
    """Every decision, newest first, with a filter and a file."""
    st.subheader("Decision history")
    if not decisions:
        st.caption("No decision yet: the first trained model will be the first row.")
        return
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
        csv_button("History", lambda: history_csv(decisions), "decisions.csv")
    shown = [
        decision
        for decision in decisions
        if (not variants or decision.variant in variants) and (not actions or decision.action in actions)
    ]
    st.dataframe(
        _table(shown),
        hide_index=True,
        alt="Decisions, newest first",
        column_config=right_aligned("CAGR", "Champion's CAGR"),
    )
    st.caption("Newest first, hash-chained: a row that is changed or removed is reported at the top.")


def _table(decisions: Sequence[SealedDecision]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "No.": [row.seq for row in decisions],
            "When": [moment(row.at) for row in decisions],
            "Who": [row.actor for row in decisions],
            "Decision": [_words(row) for row in decisions],
            "Version": [row.version for row in decisions],
            "Variant": [label(row.variant) for row in decisions],
            "Champion before": [row.champion or "none" for row in decisions],
            "CAGR": [_compared(row, percent(row.eval_cagr)) for row in decisions],
            "Champion's CAGR": [_compared(row, percent(row.prior_cagr)) for row in decisions],
            "Gate": [_compared(row, "eligible" if row.passed else "not eligible") for row in decisions],
            "Reason": [row.reason for row in decisions],
            "Evidence": [row.evidence_hash[:12] if row.evidence else "" for row in decisions],
        }
    )


def _words(row: Decision) -> str:
    if row.action == "follow":
        return f"follows {FOLLOWS.get(cast('FollowChoice', row.verdict), row.verdict)}"
    return ACTION_WORDS.get(row.action, row.action)


def _compared(row: Decision, text: str) -> str:
    return "" if row.action == "follow" else text  # which compares nothing


def history_csv(decisions: Sequence[SealedDecision]) -> str:
    """The whole log with its hashes, oldest first, so that the chain can be checked elsewhere."""
    return csv_of(pd.DataFrame([vars(row) for row in reversed(decisions)]))
