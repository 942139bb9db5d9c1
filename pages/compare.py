"""Versions and baselines side by side: the same weeks, out of sample, net of costs."""

import pandas as pd
import streamlit as st

from app import queries, report
from app.charts import BASELINE_COLOURS, Chart
from app.comparing import Comparison, compared, shared
from app.components import (
    damaged_versions,
    page_path,
    provenance_line,
    selectable,
    short_name,
    show,
    version_notes,
)
from app.evidence_sections import SECTIONS, Block, Section, Table, equity, verdicts
from app.formats import moment, percent
from sac.config import WEEKS_PER_YEAR
from sac.evidence.comparison import weekly_returns, weekly_weights
from sac.portfolio import Backtest
from sac.registry import Version

BASELINES = tuple(BASELINE_COLOURS)


def pick(versions: list[Version], champions: list[str]) -> list[str]:
    """The table that strategies are picked in: names of versions and baselines.

    A link names one version or several, and opens them beside equal weight.
    """
    names = [version.name for version in versions]
    linked = st.query_params.get_all("version")
    unknown = [
        name for name in (*linked, *st.query_params.get_all("strategy")) if name not in (*names, *BASELINES)
    ]
    if unknown:
        st.warning(
            f"The link names {', '.join(unknown)}, which is not here: deleted, damaged or never trained."
        )
    plain = [""] * len(BASELINES)
    table = pd.DataFrame(
        {
            "Strategy": [*(short_name(version) for version in versions), *BASELINES],
            "Role": [
                *("champion" if name in champions else "" for name in names),
                *["baseline"] * len(BASELINES),
            ],
            "CAGR, net": [
                *(percent(version.metadata.metrics.get("eval_cagr")) for version in versions),
                *plain,
            ],
            "Evaluated": [
                *(f"{v.metadata.evaluation_start} to {v.metadata.evaluation_end}" for v in versions),
                *["the weeks of the versions"] * len(BASELINES),
            ],
            "Preset": [*(version.metadata.preset for version in versions), *plain],
            "Members": [*(str(version.settings.members) for version in versions), *plain],
            "Updates": [*(f"{version.settings.agent.updates:,}" for version in versions), *plain],
            "Seed": [*(str(version.settings.seed) for version in versions), *plain],
            "Trained": [*(moment(version.metadata.created_at) for version in versions), *plain],
            "Version": [*names, *plain],
        }
    )
    right = st.column_config.TextColumn(alignment="right")
    chosen = selectable(
        table,
        [*names, *BASELINES],
        "strategy",
        "Versions and baselines to compare",
        preselected=[*(linked or champions or names[:1]), *BASELINES[: 1 if linked else 2]],
        columns=dict.fromkeys(("CAGR, net", "Members", "Updates", "Seed"), right),
    )
    if linked:
        del st.query_params["version"]  # said by `strategy` from here on
    return chosen


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
versions = [version for shelf in on_shelves.values() for version in shelf.versions]
if not versions:
    market = queries.panel().provenance
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market, market.window_end)
    st.stop()

picked = pick(versions, [shelf.champion.name for shelf in on_shelves.values() if shelf.champion])
chosen = [version for version in versions if version.name in picked]
if not chosen:
    st.info("Select at least one version in the table above.", icon=":material/info:")
    st.stop()

common = shared(chosen)
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
