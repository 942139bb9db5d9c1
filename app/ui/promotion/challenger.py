"""One challenger: verdict, evidence, decision."""

import streamlit as st

from app.queries import promotion
from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.ui.promotion.evidence import evidence, verdict_strip
from app.ui.promotion.forms import decision_form
from app.ui.promotion.hub import origin_note
from app.ui.shared.labels import label
from app.ui.shared.notes import provenance_of, version_notes
from app.ui.shared.refusals import refusals_shown
from sac.registry import Version
from sac.text import plain

__all__ = ["deliberation"]


def deliberation(version: Version, shelf: Shelf, docket: Docket) -> None:
    """One challenger: verdict, evidence, decision."""
    st.subheader(f"{label(version.variant)}: {version.name}")
    if shelf.champion:
        st.caption(
            f"Against the champion {shelf.champion.name}, preset {plain(shelf.champion.metadata.preset)}."
        )
    origin_note(version)
    with refusals_shown():
        case = promotion.case(version.variant, version.name)
        verdict_strip(case)
        rejected = version.name not in (*docket.pending, *docket.earlier)
        decision_form(case, version.variant, docket.pointer, rejected=rejected)
        evidence(case, version, shelf.champion)
    provenance_of([version])
    version_notes(version)
