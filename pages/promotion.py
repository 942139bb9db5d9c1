"""Which challenger becomes champion: the gate's verdict, the evidence, a person's word, and the way back."""

import streamlit as st

from app.queries import market, promotion, versions
from app.settings import settings
from app.ui.promotion.challenger import deliberation
from app.ui.promotion.damaged import deletion
from app.ui.promotion.forms import ANSWER
from app.ui.promotion.history import decision_history
from app.ui.promotion.hub import hub_section
from app.ui.promotion.queue import queue
from app.ui.promotion.rollback import rollback_section
from app.ui.shared.flash import flash
from app.ui.shared.notes import damaged_versions, provenance_line
from sac.config import VARIANTS
from sac.text import said

st.title("Promotion", help="The first model of a variant becomes champion automatically.")
policy = settings().promotion
st.caption(
    "A challenger is eligible when its CAGR, out of sample and net of costs, is higher than the champion's "
    "on the same weeks. "
    + (
        "A person decides."
        if policy == "manual"
        else "SAC_DESK_PROMOTION is auto: eligible challengers are promoted without asking."
    )
)
flash(ANSWER)
dockets = {variant: promotion.docket(variant) for variant in VARIANTS}
shelves = versions.shelves()
for problem in promotion.problems():
    st.error(said(problem), title="The decision log failed its integrity check", icon=":material/gpp_bad:")
damaged_versions(shelves)
deletion(shelves, dockets)

chosen = queue(shelves, dockets)
if chosen:
    deliberation(chosen, shelves[chosen.variant], dockets[chosen.variant])
selected = chosen.variant if chosen else None
rollback_section(dockets, selected)
hub_section(selected)
decision_history(promotion.decisions())
if not any(docket.pointer for docket in dockets.values()):
    provenance_line(market.panel().provenance)
