"""Which challenger becomes champion: the gate's verdict, the evidence, a person's word, and the way back."""

import streamlit as st

from app.queries import market, promotion, versions
from app.settings import settings
from app.ui.promotion.challenger import deliberation
from app.ui.promotion.forms import rollback_form
from app.ui.promotion.history import history
from app.ui.promotion.hub import hub_section
from app.ui.promotion.queue import queue
from app.ui.shared.answers import answer
from app.ui.shared.labels import label
from app.ui.shared.notes import damaged_versions, provenance_line
from sac.config import VARIANTS

st.title("Promotion")
policy = settings().promotion
st.caption(
    "The first model of a variant becomes champion by itself; a later one is eligible when its CAGR out of "
    "sample, net of costs, is higher than the champion's. "
    + (
        "Eligible challengers wait for a person."
        if policy == "manual"
        else "SAC_DESK_PROMOTION is auto: eligible challengers are promoted without asking."
    )
)
answer()
by_variant = {variant: promotion.docket(variant) for variant in VARIANTS}
shelves = versions.shelves()
for problem in promotion.problems():
    st.error(problem, title="The record of decisions does not fit", icon=":material/gpp_bad:")
for shelf in shelves.values():
    damaged_versions(shelf)

chosen = queue(shelves, by_variant)
if chosen:
    deliberation(chosen, shelves[chosen.variant], by_variant[chosen.variant])

reigning = [variant for variant, docket in by_variant.items() if docket.pointer]
if reigning:
    st.subheader("Roll back")
    variant = st.segmented_control(
        "Variant",
        reigning,
        default=chosen.variant if chosen and chosen.variant in reigning else reigning[0],
        required=True,
        format_func=label,
        key="rollback-variant",
        label_visibility="collapsed",
    )
    st.markdown(f"Champion: `{by_variant[variant].pointer}`")
    rollback_form(variant, by_variant[variant].pointer, by_variant[variant].earlier)

hub_section(chosen.variant if chosen else None)

st.subheader("Decision history")
decisions = promotion.decisions()
if decisions:
    history(decisions)
    st.caption(
        "Newest first. Each row is sealed with a hash over itself and all before it: a row that is "
        "changed or removed is reported at the top of this page."
    )
else:
    st.caption("No decision yet: the first trained model will be the first row.")
if not reigning:
    source = market.panel().provenance
    provenance_line(source, source.window_end)
