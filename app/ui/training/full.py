"""The form that starts a full training."""

from collections.abc import Mapping
from typing import NamedTuple, get_args

import streamlit as st

from app.formats import moment
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import FULL, FullRequest
from app.ui.shared.action import action
from app.ui.shared.labels import label
from app.ui.shared.links import linked
from sac.config import LIMITS, VARIANTS, Follow, preset_settings
from sac.text import plain

__all__ = ["new_training"]


class Field(NamedTuple):
    """A setting that may be changed beside the preset."""

    title: str
    step: int
    meaning: str


FIELDS = {
    "members": Field(
        "Members", 1, "Seeds trained together; their weights are averaged. More: steadier, slower."
    ),
    "updates": Field("Updates", 500, "Gradient steps of every agent."),
    "evaluation_years": Field(
        "Evaluation years", 1, "52 weeks each, out of sample, the last ending with the data."
    ),
    "seed": Field("Seed", 1, "Another seed gives another committee; the same one gives the same result."),
    "trials": Field(
        "Settings compared", 1, "Before you chose these; validation allows for the luck of the best of many."
    ),
}
FOLLOW_MEANING = (
    "conviction: from equal weight towards the agents, as far as validation convinces; agents: theirs always."
)

PRESET_TEXTS = {
    "desk": "desk: shared network (recommended)",
    "plan": "plan: networks and values of the original plan",
}

# From `python -m benchmarks.learning`; docs/engine.md has the whole table.
PRESET_EVIDENCE = (
    "With a planted edge (rank IC .15) on real prices, agents of desk earned 18.4 points of CAGR over equal "
    "weight out of sample, net of costs, those of plan 8.9. With no edge they lost 2.0 and 4.1; by "
    "conviction it was 0.1."
)


def new_training(busy: Mapping[str, Job]) -> None:
    """Variant and settings, each with the preset's default, and the button that starts."""
    with st.container(border=True):
        st.subheader("New full training")
        st.caption(
            "Walk-forward: each evaluation year is judged with agents trained on everything before it. One "
            "more fit on all data gives this week's weights."
        )
        left, right = st.columns(2)
        with left:
            variant = linked("Variant", "variant", {name: label(name) for name in VARIANTS})
        with right:
            preset = linked(
                "Preset",
                "preset",
                PRESET_TEXTS,
                help="Networks and learning rates. The fields below change what it leaves open. "
                + PRESET_EVIDENCE,
            )
        _fields(variant, preset)
        job = busy.get(variant)
        if job:
            st.caption(
                f":material/lock: {label(variant)} is already training (started by {plain(job.actor)}, "
                f"{moment(job.created_at)}). One training per variant: wait for it, or cancel it above."
            )

        def start(actor: str) -> None:
            names = (*FIELDS, "follow")
            chosen = {name: st.session_state[_key(variant, preset, name)] for name in names}
            request = FullRequest.model_validate({"preset": preset, **chosen})
            jobs.jobs().submit(FULL, variant, request, actor)

        action(
            "Start training",
            start,
            key="start",
            blocked=job is not None,
            type="primary",
            icon=":material/play_arrow:",
        )


def _fields(variant: str, preset: str) -> None:
    settings = preset_settings(variant, preset)
    defaults = {
        "members": settings.members,
        "updates": settings.agent.updates,
        "evaluation_years": settings.evaluation_years,
        "seed": settings.seed,
        "trials": settings.trials,
    }
    grid = st.grid(3, min_column_width=200)
    for name, field in FIELDS.items():
        least, most = LIMITS[name]
        grid.number_input(
            field.title,
            int(least),
            int(most),
            defaults[name],
            field.step,
            key=_key(variant, preset, name),
            bind="query-params",
            persist_state="session",
            help=f"{field.meaning} Default: {defaults[name]:,}.",
        )
    follows = get_args(Follow)
    grid.selectbox(
        "Follow",
        follows,
        follows.index(settings.follow),
        key=_key(variant, preset, "follow"),
        bind="query-params",
        persist_state="session",
        help=f"{FOLLOW_MEANING} Default: {settings.follow}.",
    )


def _key(variant: str, preset: str, name: str) -> str:
    return f"{variant}-{preset}-{name}"
