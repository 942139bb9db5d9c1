"""One challenger: what it would do today, verdict and scorecard, the decision, the evidence."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.hub.status import came_from
from app.queries import promotion
from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.settings import settings
from app.ui.promotion.evidence import evidence, verdict
from app.ui.promotion.forms import decision_form
from app.ui.promotion.scorecard import scorecard
from app.ui.promotion.today import beside_equal_weight, would_trade
from app.ui.shared.answer import answer
from app.ui.shared.notes import provenance_line, version_notes
from app.ui.shared.refusals import refusals_shown
from sac.hub.arrivals import origin
from sac.registry import Version
from sac.text import plain

__all__ = ["deliberation", "today"]


def deliberation(version: Version, shelf: Shelf, docket: Docket, top: DeltaGenerator) -> None:
    """Everything there is to decide one on; `top`: the place of the page's first sentence."""
    with refusals_shown():
        case = promotion.case(version.variant, version.name)
        with top:
            answer(beside_equal_weight(version, case))
        _origin(version)
        left, right = st.columns(2, gap="medium")
        with left:
            verdict(case)
            rejected = version.name not in (*docket.pending, *docket.earlier)
            decision_form(case, version.variant, docket.pointer, rejected=rejected)
        with right:
            scorecard(case, promotion.live_weeks(version, shelf.champion))
        evidence(case, version, shelf.champion)
        provenance_line(version.metadata.provenance, version.metadata.last_decision)
        version_notes(version)


def today(version: Version, top: DeltaGenerator) -> None:
    """Complete the first sentence: last, for the model is asked, and the page stands by then."""
    with refusals_shown():
        sentence = would_trade(
            version, promotion.case(version.variant, version.name), promotion.today(version)
        )
        with top:
            answer(sentence)


def _origin(version: Version) -> None:
    """Where a version came from, if it was not trained here."""
    with refusals_shown():
        source = origin(settings().registry, version.variant, version.name)
        if source:
            st.caption(
                f":material/cloud_download: Not trained here: {plain(came_from(source))}. "
                "Its figures are its sender's; what was tried there is not in the deflated Sharpe ratio."
            )
