"""What should I do now? Champions, running trainings, the last failure, the age of the data."""

import numpy as np
import streamlit as st

from app import access, dockets, queries
from app.components import (
    damaged_versions,
    freshness,
    label,
    page_path,
    provenance_line,
    refusals_shown,
    trust_note,
    version_notes,
)
from app.formats import moment, percent, points, ratio
from app.job_panels import progress_line
from app.queries import Shelf
from sac.config import DEMO_VARIANTS, VARIANTS
from sac.evidence import cagr, drawdown, metrics
from sac.evidence.comparison import baselines


def train_demo() -> None:
    """One button: the demo variants with the plan's settings, then to the page that shows them working."""
    names = ", ".join(label(variant) for variant in DEMO_VARIANTS)
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("No model yet", text_alignment="center")
        st.markdown(
            f"Train {names} with the plan's settings on the embedded sample: "
            "two years of walk-forward evaluation, then a model for this week's weights. "
            "One after the other, some minutes each; you can watch them, and leave.",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            why_not = access.refusal()
            pressed = st.button(
                "Train the demo models",
                type="primary",
                icon=":material/play_arrow:",
                key="demo",
                disabled=why_not is not None,
                help=why_not,
            )
    if pressed:
        with refusals_shown():
            actor = access.approver()
            for variant in DEMO_VARIANTS:
                queries.jobs().submit(variant, "full", {"preset": "plan"}, actor)
            st.switch_page(page_path("training"))


def champion_card(shelf: Shelf) -> None:
    """A variant's champion out of sample, beside equal weight on the same weeks."""
    version = shelf.champion
    with st.container(border=True):
        st.subheader(label(shelf.variant))
        if version is None:
            st.markdown("No champion yet. Train this variant to get one.")
            return
        constraints = version.settings.constraints
        walk = queries.evaluation(version)
        equal, hold = baselines(walk, np.arange(len(walk.net)), constraints)[:2]
        figures, rival = metrics(walk, constraints), metrics(equal, constraints)
        grid = st.grid(4, min_column_width=240)
        grid.metric(
            "CAGR, net of costs",
            percent(figures.cagr),
            f"{points(figures.cagr - rival.cagr)} vs equal weight",
            delta_color="primary",
            chart_data=walk.wealth,
            chart_type="area",
            border=True,
            help="Compound annual growth rate out of sample, after the cost of every trade. "
            "The line is the growth of $1.",
        )
        grid.metric(
            "Equal weight, same weeks",
            percent(rival.cagr),
            f"{points(rival.cagr - cagr(hold.net))} vs buy & hold",
            delta_color="off",
            chart_data=equal.wealth,
            chart_type="area",
            border=True,
            help="CAGR of equal weights, rebalanced weekly at the same costs. The line is the growth of $1.",
        )
        grid.metric(
            "Sharpe ratio",
            ratio(figures.sharpe),
            f"{figures.sharpe - rival.sharpe:+.2f} vs equal weight",
            delta_color="primary",
            chart_data=walk.net,
            chart_type="bar",
            border=True,
            help="Mean weekly return over its standard deviation, a year. The bars are weekly net returns.",
        )
        grid.metric(
            "Max drawdown",
            percent(figures.max_drawdown),
            f"{points(figures.max_drawdown - rival.max_drawdown)} vs equal weight",
            delta_color="primary",
            chart_data=drawdown(walk.net),
            chart_type="area",
            border=True,
            help="Deepest fall from a peak, the initial capital included. The line is the fall so far.",
        )
        st.caption(
            f"Walk-forward evaluation over {figures.weeks} weeks, {version.metadata.evaluation_start} "
            f"to {version.metadata.evaluation_end}."
        )
        provenance_line(version.metadata.provenance, version.metadata.last_decision, version)
        version_notes(version)
        trust_note(version)
        with st.container(horizontal=True):
            st.page_link(page_path("compare"), label="Compare", icon=":material/stacked_line_chart:")
            st.page_link(page_path("weights"), label="This week's weights", icon=":material/balance:")


st.title("Overview")
latest = queries.trainings()
active = any(job.active for job in latest)


@st.fragment(run_every="2s" if active else None, key="overview-jobs")
def work() -> None:
    """What runs, and what failed last when nothing succeeded since."""
    with refusals_shown():
        seen = queries.trainings()
        for job in seen:
            if job.active:
                progress_line(job)
        ended = next((job for job in seen if not job.active), None)
        if ended and ended.status == "failed":
            st.error(
                f"{ended.error} ({moment(ended.finished_at)})",
                title=f"The last training of {label(ended.variant)} failed",
            )
        if active and not any(job.active for job in seen):
            st.rerun()


work()
for variant in VARIANTS:
    challengers = dockets.docket(variant).waiting
    if challengers:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            count = f"{len(challengers)} challenger{'s wait' if len(challengers) > 1 else ' waits'}"
            st.markdown(f":material/how_to_reg: **{label(variant)}**: {count} for a decision.")
            st.page_link(page_path("promotion"), label="Decide", query_params={"version": challengers[0]})
market = queries.panel().provenance
freshness(market)
on_shelves = queries.shelves()
for shelf in on_shelves.values():
    damaged_versions(shelf)
if not active and not any(shelf.versions for shelf in on_shelves.values()):
    train_demo()
for shelf in on_shelves.values():
    if shelf.versions:
        champion_card(shelf)
