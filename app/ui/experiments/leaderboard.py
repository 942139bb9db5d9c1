"""The leaderboard of a sweep, and the way to a challenger."""

import streamlit as st

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
from app.ui.shared.action import action
from app.ui.shared.charts.figure import show
from app.ui.shared.labels import label
from app.ui.shared.links import linked, selectable
from sac.config import LIMITS
from sac.experiments import Plan, Row, leaderboard
from sac.text import plain

__all__ = ["pick", "trials"]

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
        f"Decisions {plain(first.start)} to {plain(first.end)}, before the evaluation years, net of costs. "
        "Lead: CAGR minus equal weight's; its 95 % interval is in log growth a year. Only the deflated "
        "Sharpe ratio allows for the number of candidates tried."
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
        _challenger(plan, next(row for row in rows if row.result.key == chosen[0]), choices[chosen[0]])
    else:
        st.caption("Select a row to make it a challenger.")
    if len(axes := differing(rows, choices, plan.sweep.varied)) > 1:
        st.subheader("Which settings matter")
        st.caption("Mean CAGR over equal weight, over all seeds and the other settings")
        down, across = _two_of(axes)
        show(setting_map(rows, choices, down, across), "setting-map")


def _two_of(axes: list[str]) -> tuple[str, str]:
    """The settings to draw, chosen where there are more than two."""
    if len(axes) == 2:
        return axes[0], axes[1]
    left, right = st.columns(2)
    down = left.selectbox("Down", axes, key="down")
    return down, right.selectbox("Across", [name for name in axes if name != down], key="across")


def pick(sweeps: list[Job]) -> Job:
    """The sweep that is shown: that of the link, else the newest."""
    names = {job.id: job for job in sweeps}

    def described(job: Job) -> str:
        asked = SWEEP.request_of(job)
        variant = label(asked.sweep.variant) if asked else "of another release"
        return f"{moment(job.created_at)}, {variant}, {job.status}"

    return names[linked("Sweep", "sweep", {name: described(job) for name, job in names.items()})]


def _challenger(plan: Plan, row: Row, choices: dict[str, object]) -> None:
    """An ordinary full training with one trial's settings: the first look at the evaluation years."""

    def start(actor: str) -> str:
        members = int(st.session_state["members"])
        request = challenger_request(plan.sweep, choices, row.result, market.panel(), members, len(plan.keys))
        jobs.jobs().submit(FULL, plan.sweep.variant, request, actor)
        return "The training has started: watch it on the Training page."

    with st.container(border=True):
        st.markdown(
            "**Make challenger**: a full training with these settings. Only then are the evaluation years "
            "looked at, for this row alone. Its conviction allows for the luck of the best of "
            f"{len(plan.keys)} trials."
        )
        least, most = LIMITS["members"]
        st.number_input(
            "Members",
            int(least),
            int(most),
            5,
            key="members",
            width=240,
            help="Of the challenger's committee.",
        )
        action("Make challenger", start, key="challenger", icon=":material/play_arrow:")
