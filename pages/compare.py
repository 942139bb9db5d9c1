"""Strategies side by side: the same weeks, out of sample, net of costs."""

import streamlit as st

from app.queries.external import external_strategies
from app.queries.market import panel
from app.queries.versions import shelves
from app.ui.compare.common_weeks import weeks_in_common
from app.ui.compare.comparison import compared
from app.ui.compare.conviction import record_note
from app.ui.compare.downloads import downloads
from app.ui.compare.sections import equity, external_note, verdicts
from app.ui.compare.selection import BASELINES, own_record, pick, years_of
from app.ui.compare.tabs import sections
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
versions = [version for shelf in by_variant.values() for version in shelf.versions]
if not versions:
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    go_to("training")
    provenance_line(panel().provenance)
    st.stop()

champions = [shelf.champion.name for shelf in by_variant.values() if shelf.champion]
picked = pick(versions, champions, external.readable)
chosen = [version for version in versions if version.name in picked]
if not chosen:
    st.info(
        "Select at least one version in the table above: the others are compared on its weeks.",
        icon=":material/info:",
    )
    st.stop()

choices = st.container(horizontal=True)
with choices:
    own = own_record()
beside = {name: one for name, one in external.readable.items() if name in picked}
common = weeks_in_common(chosen, beside, own)
if not common.versions:
    st.error("\n".join(f"- {said(remark)}" for remark in common.remarks), icon=":material/error:")
    st.stop()
with choices:
    years = years_of(common.count)
comparison = compared(common, [name for name in picked if name in BASELINES], years)
for remark in comparison.remarks:
    st.warning(said(remark), icon=":material/info:")
st.markdown(f"{said(comparison.basis)}. All strategies start in cash. {said(record_note(comparison))}")
for verdict in verdicts(comparison):
    st.markdown(said(verdict))
if comparison.external:
    st.caption(f":material/info: {said(external_note(comparison))}")

st.subheader("Equity")
show(equity(comparison), "equity")
sections(comparison)
downloads(comparison)
provenance_of(comparison.versions.values())
version_notes(*comparison.versions.values())
