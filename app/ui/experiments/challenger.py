"""The way from a setting of a sweep to a challenger."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.formats import points
from app.queries import jobs, market
from app.tasks.challenger import challenger_request
from app.tasks.training import FULL, FullRequest
from app.ui.shared.fields import Form, action_unless
from app.ui.shared.labels import label
from sac.config import LIMITS
from sac.errors import DeskError
from sac.experiments import Plan, Row, Setting

__all__ = ["challenger"]

MEMBERS = 5  # of its committee, unless changed


def challenger(plan: Plan, setting: Setting, choices: Mapping[str, Mapping[str, Any]]) -> None:
    """A full training with a setting and one of its seeds: the first look at the evaluation years."""
    rows = {row.result.settings.seed: row for row in setting.rows}
    form = Form()
    with st.container(border=True):
        st.markdown(
            "**Make challenger**",
            help="A full training with this setting. Only then are the evaluation years looked at, for this "
            f"row alone. Its conviction allows for the luck of the best of {len(plan.keys)} trials.",
        )
        grid = st.grid(3, min_column_width=200)
        seed = grid.selectbox(
            "Seed", list(rows), format_func=lambda seed: _seed(seed, rows[seed]), key="seed"
        )
        form.whole(grid, "Members", *LIMITS["members"], MEMBERS, key="members", help="Of its committee.")

        def request(members: int) -> FullRequest:
            row = rows[seed]
            own = choices[row.result.key]
            return challenger_request(plan.sweep, own, row.result, market.panel(), members, len(plan.keys))

        def start(actor: str) -> str:
            asked = request(form.entered("members"))
            jobs.jobs().submit(FULL, plan.sweep.variant, asked, actor)
            return "The training has started: watch it on the Training page."

        problems = list(form.problems)
        if any(job.active and job.subject == plan.sweep.variant for job in jobs.trainings()):
            problems.append(f"{label(plan.sweep.variant)} is already training: wait for it, or cancel it.")
        try:
            request(MEMBERS)
        except DeskError as refusal:
            problems.append(str(refusal))
        action_unless(problems, "Make challenger", start, key="challenger", icon=":material/play_arrow:")


def _seed(seed: int, row: Row) -> str:
    return f"{seed}: {points(row.result.over_equal_weight)}"
