"""The challengers, those pending review first."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.formats import moment, percent
from app.queries import promotion
from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.ui.shared.answer import answer
from app.ui.shared.figures import right_aligned
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.links import not_here, selectable
from app.ui.shared.navigation import go_to
from sac.promotion import Gate
from sac.registry import Version

__all__ = ["queue"]

PENDING = "pending review"

Challenger = tuple[Version, str, Gate]  # with its status and the gate's verdict


def queue(shelves: Mapping[str, Shelf], dockets: Mapping[str, Docket], top: DeltaGenerator) -> Version | None:
    """The challengers, those pending review first; returns the one that is picked.

    top: the place of the page's first sentence, which says so where none waits or none is picked.
    """
    arrived = "all" not in st.session_state  # later the URL only repeats what was selected here
    table = st.container()
    reviewed_too = st.toggle("Reviewed challengers too", key="all", bind="query-params")
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
            else "It may be reviewed already: see the switch below.",
        )
    with top:
        answer(_waiting(rows))
    if not rows:
        go_to("training")
        return None
    with table:
        chosen = _pick(rows, names)
    return next((version for version, _, _ in rows if version.name in chosen), None)


def _waiting(rows: list[Challenger]) -> str:
    """The state of the queue, until one of it is looked at."""
    count = sum(status == PENDING for _, status, _ in rows)
    if not rows:
        return "No challenger is pending review: a training or a fine-tuning brings the next one."
    return f"{count or 'No'} challenger{'s' * (count != 1)} pending review: select one to decide."


def _pick(rows: list[Challenger], names: list[str]) -> list[str]:
    return selectable(
        _table(rows),
        names,
        "version",
        "Challengers",
        single=True,
        preselected=names[:1],
        columns=right_aligned("CAGR, net", "Champion's CAGR"),
    )


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
