"""Which challenger becomes champion: what it would trade, the gate, the evidence, and a person's word."""

import streamlit as st

from app.queries import market, promotion, versions
from app.settings import settings
from app.ui.promotion.challenger import deliberation, today
from app.ui.promotion.damaged import deletion
from app.ui.promotion.forms import ANSWER
from app.ui.promotion.history import decision_history
from app.ui.promotion.queue import queue
from app.ui.promotion.rollback import rollback_section
from app.ui.shared.flash import flash
from app.ui.shared.glossary import meaning
from app.ui.shared.notes import damaged_versions, provenance_line
from sac.config import VARIANTS
from sac.text import said

st.title("Promotion", help=f"{meaning('gate')} The first model of a variant becomes champion automatically.")
top = st.empty()  # the page's first sentence, which is known once a challenger is chosen
if settings().promotion == "auto":
    st.caption("SAC_DESK_PROMOTION is auto: eligible challengers are promoted without asking.")
flash(ANSWER)
dockets = {variant: promotion.docket(variant) for variant in VARIANTS}
shelves = versions.shelves()
for problem in promotion.problems():
    st.error(said(problem), title="The decision log failed its integrity check", icon=":material/gpp_bad:")
damaged_versions(shelves)
deletion(shelves, dockets)

chosen = queue(shelves, dockets, top)
if chosen:
    deliberation(chosen, shelves[chosen.variant], dockets[chosen.variant], top)
rollback_section(dockets, chosen.variant if chosen else None)
decision_history(promotion.decisions())
if chosen:
    today(chosen, top)
if not any(docket.pointer for docket in dockets.values()):
    provenance_line(market.panel().provenance)
