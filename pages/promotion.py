"""Which challenger becomes champion: the gate's verdict, the evidence, a person's word, and the way back."""

import pandas as pd
import streamlit as st

from app import dockets, queries
from app.components import (
    damaged_versions,
    label,
    not_here,
    page_path,
    provenance_line,
    refusals_shown,
    selectable,
    version_notes,
)
from app.dockets import Docket
from app.formats import moment, percent
from app.hub_panel import hub_section, origin_note
from app.job_panels import KIND_WORDS
from app.promotion_evidence import evidence, verdict_strip
from app.promotion_panels import answer, decision_form, history, rollback_form
from app.queries import Shelf
from app.settings import settings
from sac.config import VARIANTS
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
        (version, standing(version, by_variant[variant]), dockets.verdict(version, shelf))
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


def deliberation(version: Version, shelf: Shelf, docket: Docket) -> None:
    """One challenger: verdict, evidence, decision."""
    st.subheader(f"{label(version.variant)}: {version.name}")
    if shelf.champion:
        st.caption(f"Against the champion {shelf.champion.name}, preset {shelf.champion.metadata.preset}.")
    origin_note(version)
    with refusals_shown():
        case = dockets.case(version.variant, version.name)
        verdict_strip(case)
        decision_form(case, version.variant, docket.pointer)
        evidence(case, version, shelf.champion)
    provenance_line(version.metadata.provenance, version.metadata.last_decision, version)
    version_notes(version)


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
by_variant = {variant: dockets.docket(variant) for variant in VARIANTS}
shelves = queries.shelves()
for problem in dockets.problems():
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
decisions = dockets.decisions()
if decisions:
    history(decisions)
    st.caption(
        "Newest first. Each row is sealed with a hash over itself and all before it: a row that is "
        "changed or removed is reported at the top of this page."
    )
else:
    st.caption("No decision yet: the first trained model will be the first row.")
if not reigning:
    market = queries.panel().provenance
    provenance_line(market, market.window_end)
