"""What should I do now? Champions, running trainings, the last failure, the age of the data."""

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
from app.formats import moment, percent, points, ratio, unbroken
from app.job_panels import progress_line
from app.queries import Shelf
from sac.config import DEMO_VARIANTS, STALE_WEEKS
from sac.market import Provenance, weeks_behind


def train_contenders(market: Provenance) -> None:
    """One button: the contenders with the plan's settings, then to the page that shows them working."""
    names, sample = ", ".join(label(variant) for variant in DEMO_VARIANTS), market.source == "sample"
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("No model yet", text_alignment="center")
        st.markdown(
            f"Train {names} with the plan's settings on {'the embedded sample' if sample else 'your data'}: "
            "two years of walk-forward evaluation, then a model for this week's weights. "
            "One after the other, some minutes each; you can watch them, and leave.",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            why_not = access.refusal()
            pressed = st.button(
                "Train the demo models" if sample else "Train these models",
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
    """A variant's champion out of sample, and how sure its lead over equal weight on the same weeks is."""
    version = shelf.champion
    with st.container(border=True):
        st.subheader(label(shelf.variant))
        if version is None:
            st.markdown("No champion yet. Train this variant to get one.")
            return
        walk, (figures, rival, lead) = queries.evaluation(version), queries.standing(version)
        st.metric(
            "CAGR, net of costs",
            percent(figures.cagr),
            f"{points(figures.cagr - rival.cagr)} vs equal weight",
            delta_color="blue",
            chart_data=walk.wealth,
            chart_type="area",
            help="Compound annual growth rate out of sample, after the cost of every trade. "
            f"Equal weight, same weeks and costs: {percent(rival.cagr)}. The line is the growth of $1.",
        )
        st.markdown(
            "It held what equal weight holds, in every week."
            if lead.none
            else unbroken(
                f"Lead over equal weight, 95 % interval: {points(lead.low)} to {points(lead.high)} "
                f"of log growth a year, which {lead.verdict}."
            )
        )
        pair = st.grid(2, min_column_width=120)
        pair.metric(
            "Sharpe ratio",
            ratio(figures.sharpe),
            f"{figures.sharpe - rival.sharpe:+.2f} vs equal",
            delta_color="blue",
            help="Mean weekly return over its standard deviation, a year.",
        )
        pair.metric(
            "Max drawdown",
            percent(figures.max_drawdown),
            f"{points(figures.max_drawdown - rival.max_drawdown)} vs equal",
            delta_color="blue",
            help="Deepest fall from a peak, the initial capital included.",
        )
        record = version.metadata
        st.caption(
            f"{figures.weeks} weeks out of sample, {record.evaluation_start} to {record.evaluation_end}. "
            f"`{version.name}`, preset {record.preset}, trained {moment(record.created_at)}."
        )
        trust_note(version)
        with st.container(horizontal=True):
            chosen = {"variant": shelf.variant}
            st.page_link(
                page_path("weights"), label="Weights", icon=":material/balance:", query_params=chosen
            )
            st.page_link(
                page_path("compare"),
                label="Compare",
                icon=":material/stacked_line_chart:",
                query_params={"version": version.name},
            )


def to_do(icon: str, text: str, page: str, link: str, query: dict[str, str] | None = None) -> None:
    """One line of what there is to do, with the way there."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/{icon}: {text}", width="content")
        st.page_link(
            page_path(page),
            label=link,
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params=query,
        )


def agenda(shelves: dict[str, Shelf], market: Provenance, busy: set[str]) -> None:
    """Decisions that wait, data that age, the week's trades, and contenders that nobody has trained yet."""
    with st.container(border=True):
        st.subheader("What to do now")
        for variant in shelves:
            challengers = dockets.docket(variant).waiting
            if challengers:
                count = f"{len(challengers)} challenger{'s wait' if len(challengers) > 1 else ' waits'}"
                to_do(
                    "how_to_reg",
                    f"**{label(variant)}**: {count} for your decision.",
                    "promotion",
                    "Decide",
                    {"version": challengers[0]},
                )
        stale = market.source != "sample" and weeks_behind(market.window_end) > STALE_WEEKS
        if stale:
            to_do("update", "The data are too old to trade on.", "data", "Refresh them")
        elif any(shelf.champion for shelf in shelves.values()):
            to_do(
                "balance",
                f"Target weights as of the close of **{market.window_end}** are ready.",
                "weights",
                "Review the trades",
            )
        untrained = [name for name in DEMO_VARIANTS if not shelves[name].versions and name not in busy]
        if untrained:
            names = " and ".join(f"**{label(name)}**" for name in untrained)
            to_do(
                "model_training",
                f"To compare with, train {names}.",
                "training",
                "Train",
                {"variant": untrained[0]},
            )
        if market.source == "sample":
            to_do("database", "You look at demo data: set up your own universe.", "data", "Choose data")


st.title("Overview")
latest = queries.trainings()
active = {job.variant for job in latest if job.active}


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
market = queries.panel().provenance
freshness(market)
shelves = queries.shelves()
for shelf in shelves.values():
    damaged_versions(shelf)
filled = [shelf for shelf in shelves.values() if shelf.versions]
if filled:
    agenda(shelves, market, active)
    cards = st.grid(len(filled), min_column_width=300)
    for shelf in filled:
        with cards.container():
            champion_card(shelf)
    version_notes(*(shelf.champion for shelf in filled if shelf.champion))
elif not active:
    train_contenders(market)
provenance_line(market, market.window_end)
