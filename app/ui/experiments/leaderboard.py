"""Trials of a sweep: live table, leaderboard, and the way to a challenger."""

import streamlit as st

from app.access import visitors
from app.formats import moment
from app.jobs.queue import Job
from app.queries import jobs, market
from app.queries.trials import finished_trials
from app.settings import settings
from app.tasks.challenger import challenger_request
from app.tasks.sweep import SWEEP
from app.tasks.training import FULL
from app.ui.experiments.setting_map import differing, setting_map
from app.ui.experiments.tables import leaderboard_table
from app.ui.shared.charts.figure import show
from app.ui.shared.labels import label
from app.ui.shared.links import linked, selectable
from app.ui.shared.refusals import refusals_shown
from sac.experiments import Plan, Row, leaderboard

NUMBER = st.column_config.NumberColumn


def trials(plan: Plan) -> None:
    """Leaderboard of what is finished, and the way to a challenger."""
    finished = finished_trials(plan)
    st.markdown(f"**{len(finished)} of {len(plan.keys)}** trials finished")
    if not finished:
        return
    rows = leaderboard(finished, settings().ledger)
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    first = rows[0].result
    st.caption(
        f"Judged on decisions {first.start} to {first.end}, before the evaluation years, net of costs. "
        "Lead: CAGR minus equal weight's. Its 95 % interval is in log growth a year and each trial's own; "
        "only the deflated Sharpe ratio knows how many candidates were tried."
    )
    table = leaderboard_table(rows, choices)
    chosen = selectable(
        table,
        [row.result.key for row in rows],
        "trial",
        "Trials, best lead over equal weight first",
        single=True,
        columns={
            **{name: NUMBER(format="%+.1f") for name in map(str, table) if "pp" in name},
            "Deflated Sharpe (%)": NUMBER(format="%.0f"),
        },
    )
    if chosen:
        challenger(plan, next(row for row in rows if row.result.key == chosen[0]), choices[chosen[0]])
    else:
        st.caption("Select a row to make it a challenger.")
    if len(axes := differing(rows, choices, plan.sweep.varied)) > 1:
        st.subheader("Which settings matter")
        st.caption("Mean CAGR over equal weight by two settings, over all seeds and the other settings")
        down, across = two_of(axes)
        show(setting_map(rows, choices, down, across), "setting-map")


def two_of(axes: list[str]) -> tuple[str, str]:
    """The settings to draw, chosen where there are more than two."""
    if len(axes) == 2:
        return axes[0], axes[1]
    left, right = st.columns(2)
    down = left.selectbox("Down", axes, key="down")
    return down, right.selectbox("Across", [name for name in axes if name != down], key="across")


def pick(sweeps: list[Job]) -> Job:
    """The sweep that is shown: that of the link, else the newest."""
    names = {job.id: job for job in sweeps}

    def told(job: Job) -> str:
        asked = SWEEP.request_of(job)
        variant = label(asked.sweep.variant) if asked else "of another release"
        return f"{moment(job.created_at)}, {variant}, {job.status}"

    return names[linked("Sweep", "sweep", {name: told(job) for name, job in names.items()})]


def challenger(plan: Plan, row: Row, choices: dict[str, object]) -> None:
    """An ordinary full training with one trial's settings: the first look at the evaluation years."""
    with st.container(border=True):
        st.markdown(
            "**Make challenger**: an ordinary full training with these settings. Only then are the "
            "evaluation years looked at, for this row alone."
        )
        members = st.number_input("Members", 1, 64, 5, key="members", help="Of the challenger's committee.")
        why_not = visitors.refusal()
        if st.button("Make challenger", disabled=why_not is not None, help=why_not, key="challenger"):
            with refusals_shown():
                actor = visitors.approver()
                request = challenger_request(plan.sweep, choices, row.result, market.panel(), int(members))
                jobs.jobs().submit(FULL, plan.sweep.variant, request, actor)
                st.success("The training has started: watch it on the Training page.")
