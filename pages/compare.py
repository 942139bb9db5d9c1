"""Strategies side by side: the same weeks, out of sample, net of costs."""

import streamlit as st

from app.queries.market import panel
from app.queries.outside import walks as stored_walks
from app.queries.versions import shelves
from app.ui.compare.common_weeks import shared
from app.ui.compare.comparison import compared
from app.ui.compare.downloads import downloads
from app.ui.compare.sections import SECTIONS, equity, outside_note, verdicts
from app.ui.compare.selection import BASELINES, pick, years_of
from app.ui.compare.tabs import tab
from app.ui.shared.charts.figure import show
from app.ui.shared.navigation import page_path
from app.ui.shared.notes import damaged_versions, damaged_walks, provenance_line, version_notes

st.title("Compare")
by_variant = shelves()
for shelf in by_variant.values():
    damaged_versions(shelf)
walks = stored_walks()
damaged_walks(walks)
versions = [version for shelf in by_variant.values() for version in shelf.versions]
if not versions:
    market = panel().provenance
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market, market.window_end)
    st.stop()

champions = [shelf.champion.name for shelf in by_variant.values() if shelf.champion]
picked = pick(versions, champions, walks.readable)
chosen = [version for version in versions if version.name in picked]
if not chosen:
    st.info(
        "Select at least one version in the table above: everybody else is walked over its weeks.",
        icon=":material/info:",
    )
    st.stop()

common = shared(chosen, {name: walk for name, walk in walks.readable.items() if name in picked})
if not common.versions:
    st.error("\n".join(f"- {remark}" for remark in common.remarks))
    st.stop()
years = years_of(common.weeks)
found = compared(common, [name for name in picked if name in BASELINES], years)
for remark in found.remarks:
    st.warning(remark, icon=":material/info:")
st.markdown(f"{found.basis}. Everybody starts in cash.")
for verdict in verdicts(found):
    st.markdown(verdict)
if found.outside:
    st.caption(f":material/info: {outside_note(found)}")

st.subheader("Equity")
show(equity(found), "equity")
tabs = st.tabs([section.title for section in SECTIONS], on_change="rerun", key="view", bind="query-params")
for container, section in zip(tabs, SECTIONS, strict=True):
    if container.open:
        with container:
            tab(section, found)
            st.caption(found.basis.replace("**", ""))
downloads(found)
for version in found.versions.values():
    provenance_line(version.metadata.provenance, version.metadata.last_decision, version)
version_notes(*found.versions.values())
