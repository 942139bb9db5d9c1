"""Strategies side by side: the same weeks, out of sample, net of costs."""

import streamlit as st

from app import queries, report
from app.charts import Chart
from app.comparing import Comparison, compared, shared
from app.components import (
    damaged_versions,
    damaged_walks,
    page_path,
    provenance_line,
    show,
    version_notes,
)
from app.evidence_sections import SECTIONS, Block, Section, Table, equity, outside_note, verdicts
from app.strategies import BASELINES, pick
from sac.config import WEEKS_PER_YEAR
from sac.evidence.comparison import weekly_returns, weekly_weights
from sac.portfolio import Backtest


def years_of(weeks: int) -> int | None:
    """How many of the last years to show; None for all weeks."""
    options = {f"{n} year{'s' * (n > 1)}": n for n in (1, 2, 3, 5) if n * WEEKS_PER_YEAR < weeks}
    if not options:
        return None
    everything = f"all {weeks} weeks"
    chosen = st.pills(
        "Weeks",
        [*options, everything],
        default=everything,
        required=True,
        key="range",
        label_visibility="collapsed",
    )
    return options.get(str(chosen))


def draw(block: Block, key: str) -> None:
    """One block of a section."""
    if isinstance(block, Table):
        st.table(block.cells, border="horizontal", alt=block.alt)
    elif isinstance(block, Chart):
        show(block, key)
    else:
        st.markdown(block.text)


def tab(section: Section, found: Comparison) -> None:
    """The body of the open tab: of one strategy where there is one to choose."""
    shown: list[Backtest] = []
    if section.chooses:
        walks = {walk.name: walk for walk in getattr(found, section.chooses)}
        name = st.segmented_control(
            "Strategy",
            list(walks),
            default=next(iter(walks)),
            required=True,
            key=f"shown-{section.title}-{hash(tuple(walks))}",
            label_visibility="collapsed",
        )
        shown = [walks[str(name)]]
    for number, block in enumerate(section.blocks(found, shown)):
        draw(block, f"{section.title}-{number}")


def downloads(found: Comparison) -> None:
    """Everything to take away."""
    file = found.span.replace(" to ", "_")
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: report.html(found),
            f"comparison_{file}.html",
            "text/html",
            on_click="ignore",
            icon=":material/description:",
            help="All tables and charts in one file that opens without a network.",
        )
        st.download_button(
            "Weekly returns (CSV)",
            lambda: weekly_returns(found.walks).to_csv(index=False),
            f"returns_{file}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Weekly weights (CSV)",
            lambda: weekly_weights(found.walks).to_csv(),
            f"weights_{file}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


st.title("Compare")
on_shelves = queries.shelves()
for shelf in on_shelves.values():
    damaged_versions(shelf)
walks = queries.walks()
damaged_walks(walks)
versions = [version for shelf in on_shelves.values() for version in shelf.versions]
if not versions:
    market = queries.panel().provenance
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market, market.window_end)
    st.stop()

champions = [shelf.champion.name for shelf in on_shelves.values() if shelf.champion]
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
