"""The challengers, those that are pending first."""

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.queries import promotion
from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.links import not_here, selectable
from app.ui.shared.navigation import page_path
from sac.registry import Version


def standing(version: Version, docket: Docket) -> str:
    """Where a version stands that is not champion."""
    if version.name in docket.waiting:
        return "waits"
    return "former champion" if version.name in docket.earlier else "rejected"


def queue(shelves: dict[str, Shelf], by_variant: dict[str, Docket]) -> Version | None:
    """The challengers, those that wait first; returns the one that is picked."""
    arrived = "all" not in st.session_state  # later the URL only repeats what was selected here
    everybody = st.toggle("Also those that were decided on", key="all", bind="query-params")
    rows = [
        (version, standing(version, by_variant[variant]), promotion.verdict(version, shelf))
        for variant, shelf in shelves.items()
        for version in shelf.versions
        if version.name != by_variant[variant].pointer
    ]
    rows = [row for row in rows if everybody or row[1] == "waits"]
    rows.sort(key=lambda row: (row[1] != "waits", not row[2].passed))  # what can be done now comes first
    if not rows:
        st.info(
            "No challenger waits for a decision. A training or a fine-tuning brings the next one.",
            icon=":material/inbox:",
        )
        st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
        return None
    table = pd.DataFrame(
        {
            "Challenger": version.name,
            "Variant": label(version.variant),
            "Kind": KIND_WORDS[version.metadata.kind],
            "Preset": version.metadata.preset,
            "CAGR, net": percent(passing.eval_cagr),
            "Champion's": percent(passing.prior_cagr),
            "Gate": "eligible" if passing.passed else "held",
            "Standing": state,
            "Trained": moment(version.metadata.created_at),
        }
        for version, state, passing in rows
    )
    names = [version.name for version, _, _ in rows]
    if arrived:
        not_here(
            st.query_params.get_all("version"),
            names,
            "champion, decided on, deleted or never trained",
            "Those that were decided on are behind the switch above.",
        )
    chosen = selectable(table, names, "version", "Challengers", single=True, preselected=names[:1])
    return next((version for version, _, _ in rows if version.name in chosen), None)
