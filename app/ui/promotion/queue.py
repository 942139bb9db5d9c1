"""The challengers, those pending review first."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.queries import promotion
from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.ui.shared.figures import right_aligned
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.links import not_here, selectable
from app.ui.shared.navigation import go_to
from sac.promotion import Gate
from sac.registry import Version

__all__ = ["queue"]

PENDING = "pending review"

Challenger = tuple[Version, str, Gate]  # with its status and the gate's verdict


def queue(shelves: Mapping[str, Shelf], dockets: Mapping[str, Docket]) -> Version | None:
    """The challengers, those pending review first; returns the one that is picked."""
    arrived = "all" not in st.session_state  # later the URL only repeats what was selected here
    reviewed_too = st.toggle("Show reviewed challengers too", key="all", bind="query-params")
    rows = [
        (version, status, promotion.verdict(version, shelf))
        for variant, shelf in shelves.items()
        for version in shelf.versions
        if version.name != dockets[variant].pointer
        and ((status := _status(version, dockets[variant])) == PENDING or reviewed_too)
    ]
    rows.sort(key=lambda row: (row[1] != PENDING, not row[2].passed))  # what can be done now comes first
    names = [version.name for version, _, _ in rows]
    if arrived:
        not_here(
            st.query_params.get_all("version"),
            names,
            "It may be deleted, or the champion."
            if reviewed_too
            else "It may be reviewed already: see the switch above.",
        )
    if not rows:
        st.info(
            "No challenger is pending review. A training or a fine-tuning brings the next one.",
            icon=":material/inbox:",
        )
        go_to("training")
        return None
    chosen = selectable(
        _table(rows),
        names,
        "version",
        "Challengers",
        single=True,
        preselected=names[:1],
        columns=right_aligned("CAGR, net", "Champion's CAGR"),
    )
    if not chosen:
        st.caption("Select a challenger to see its evidence and decide.")
    return next((version for version, _, _ in rows if version.name in chosen), None)


def _status(version: Version, docket: Docket) -> str:
    if version.name in docket.pending:
        return PENDING
    return "former champion" if version.name in docket.earlier else "rejected"


def _table(rows: list[Challenger]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Challenger": version.name,
            "Variant": label(version.variant),
            "Kind": KIND_WORDS[version.metadata.kind],
            "Preset": version.metadata.preset,
            "CAGR, net": percent(gate.eval_cagr),
            "Champion's CAGR": percent(gate.prior_cagr),
            "Gate": "eligible" if gate.passed else "not eligible",
            "Status": status,
            "Trained": moment(version.metadata.created_at),
        }
        for version, status, gate in rows
    )
