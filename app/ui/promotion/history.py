"""Every decision, with a filter and a file."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.ui.shared.labels import label
from sac.config import VARIANTS
from sac.promotion import SealedDecision

__all__ = ["ACTION_WORDS", "history", "history_csv"]


ACTION_WORDS = {
    "first": "promoted as the first model",
    "automatic": "promoted by the gate",
    "approve": "approved",
    "override": "promoted by override",
    "rollback": "rolled back to",
    "reject": "rejected",
}


def history(rows: Sequence[SealedDecision]) -> None:
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


def history_csv(rows: Sequence[SealedDecision]) -> str:
    """The whole log with its hashes, oldest first, so that the chain can be checked elsewhere."""
    return pd.DataFrame([vars(row) for row in reversed(rows)]).to_csv(index=False)
