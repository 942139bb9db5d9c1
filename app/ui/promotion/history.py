"""Every decision, with a filter and a file."""

from collections.abc import Mapping, Sequence
from typing import cast

import pandas as pd
import streamlit as st

from app.formats import percent
from app.ui.shared.downloads import csv_button
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


_WIDTHS = {  # pixels: together less than a page of 1440 has
    "No.": 50,
    "When (UTC)": 130,
    "Who": 105,
    "Decision": 205,
    "Variant": 125,
    "Version": 200,
    "CAGR": 75,
    "Champion's": 90,
    "Reason": 290,
}


def decision_history(decisions: Sequence[SealedDecision]) -> None:
    """Every decision, newest first, with a filter and a file of what it shows."""
    st.subheader(
        "Decision history",
        help="Hash-chained: a row that is changed or removed is reported at the top of this page.",
    )
    if not decisions:
        st.caption("No decision yet: the first trained model will be the first row.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        variants = _filter("variants", {name: label(name) for name in VARIANTS})
        actions = _filter("decisions", {name: words.capitalize() for name, words in ACTION_WORDS.items()})
        shown = [
            decision
            for decision in decisions
            if (not variants or decision.variant in variants) and (not actions or decision.action in actions)
        ]
        csv_button("History", lambda: history_csv(shown), "decisions.csv", blocked=not shown)
    st.dataframe(
        _table(shown),
        hide_index=True,
        alt="Decisions, newest first",
        column_config={
            name: st.column_config.Column(
                width=width, alignment="right" if name in ("CAGR", "Champion's") else None
            )
            for name, width in _WIDTHS.items()
        },
    )


def _filter(what: str, options: Mapping[str, str]) -> list[str]:
    return st.multiselect(
        what.capitalize(),
        list(options),
        format_func=options.__getitem__,
        key=f"history-{what}",
        placeholder=f"All {what}",
        label_visibility="collapsed",
        width=280,
    )


def _table(decisions: Sequence[SealedDecision]) -> pd.DataFrame:
    rows = [
        (
            row.seq,
            row.at[:16].replace("T", " "),
            row.actor,
            _words(row),
            label(row.variant),
            row.version,
            _compared(row, percent(row.eval_cagr)),
            _compared(row, percent(row.prior_cagr)),
            row.reason,
        )
        for row in decisions
    ]
    return pd.DataFrame(rows, columns=list(_WIDTHS))


def _words(row: Decision) -> str:
    if row.action == "follow":
        return f"follows {FOLLOWS.get(cast('FollowChoice', row.verdict), row.verdict)}"
    return ACTION_WORDS.get(row.action, row.action)


def _compared(row: Decision, text: str) -> str:
    return "" if row.action == "follow" else text  # which compares nothing


def history_csv(decisions: Sequence[SealedDecision]) -> str:
    """Decisions with their hashes, oldest first; the whole log can be checked elsewhere."""
    return csv_of(pd.DataFrame([_plain(row) for row in reversed(decisions)]))


def _plain(row: SealedDecision) -> dict[str, object]:
    """A row as programs read it: ISO dates, fractions, nothing where nothing is known."""
    values = vars(row).copy()
    values["eligible"] = str(bool(values.pop("passed"))).lower()
    renamed = {
        "seq": "number",
        "at": "decided_at",
        "actor": "decided_by",
        "champion": "champion_before",
        "eval_cagr": "cagr",
        "prior_cagr": "champion_cagr",
        "previous": "previous_hash",
    }
    return {renamed.get(name, name): value for name, value in values.items()}
