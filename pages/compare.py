"""Strategies side by side: the same weeks, out of sample, net of costs."""

import streamlit as st

from app.queries.external import external_strategies
from app.queries.market import panel
from app.queries.versions import shelves
from app.ui.compare.choices import addressed
from app.ui.compare.common_weeks import weeks_in_common
from app.ui.compare.comparison import compared
from app.ui.compare.downloads import downloads
from app.ui.compare.evidence import basis_line, evidence, evidence_note, external_note, state
from app.ui.compare.ours import blends
from app.ui.compare.returns import equity
from app.ui.compare.selection import BASELINES, own_record, pick, versions_table, years_of
from app.ui.compare.tabs import draw, sections
from app.ui.shared.answer import answer
from app.ui.shared.charts.figure import show
from app.ui.shared.navigation import go_to
from app.ui.shared.notes import damaged_versions, left_out, provenance_line, provenance_of, version_notes
from sac.text import said

st.title("Compare")
by_variant, external = shelves(), external_strategies()
damaged_versions(by_variant)
left_out(
    "External strategies that are left out because their files cannot be used", external.damaged.values()
)
champions = [shelf.champion for shelf in by_variant.values() if shelf.champion]
names = [champion.name for champion in champions]
others = [one for shelf in by_variant.values() for one in shelf.versions if one.name not in names]
versions = [*champions, *others]
if not versions:
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    go_to("training")
    provenance_line(panel().provenance)
    st.stop()

top = st.container()
choices = st.container(horizontal=True)
in_service = {champion.variant: champion for champion in champions}
ours, refusal = blends(in_service)
with choices:
    picked = pick(versions, names, [*ours, *external.readable])
chosen = [version for version in versions if version.name in picked]
if not chosen:
    st.info("Select at least one version: the others are compared on its weeks.", icon=":material/info:")
    versions_table(versions, names, external.readable)
    st.stop()

with choices:
    own = own_record()
if own and ours:
    ours, refusal = blends(in_service, own)
beside = {name: one for name, one in {**external.readable, **ours}.items() if name in picked}
common = weeks_in_common(chosen, beside, own)
if not common.versions:
    st.error("\n".join(f"- {said(remark)}" for remark in common.remarks), icon=":material/error:")
    st.stop()
with choices:
    years = years_of(common.count)
comparison = compared(common, [name for name in picked if name in BASELINES], years)
with top:
    answer(said(state(comparison)))
    for remark in filter(None, (refusal, *comparison.remarks)):
        st.warning(said(remark), icon=":material/info:")

show(equity(comparison), "equity")
st.caption(said(basis_line(comparison)))
draw(evidence(comparison), "evidence")
draw(evidence_note(), "evidence-note")
if note := external_note(comparison):
    st.caption(f":material/info: {said(note)}")
sections(comparison)
versions_table(versions, names, external.readable)
addressed("strategy", "record", "range", "view")
downloads(comparison)
provenance_of(comparison.versions.values())
version_notes(*comparison.versions.values())
