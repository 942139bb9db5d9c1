"""The form that starts a full training."""

from collections.abc import Mapping
from typing import NamedTuple, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.formats import moment
from app.jobs.notes import LONGEST_NAME, LONGEST_NOTE, Note
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import FULL, FullRequest
from app.ui.shared.fields import Form, action_unless
from app.ui.shared.labels import label
from app.ui.shared.links import linked
from app.ui.training.planning import shown_and_spent, too_long
from sac.config import LIMITS, VARIANTS, Follow, preset_settings
from sac.text import plain

__all__ = ["new_training"]


class Field(NamedTuple):
    """A setting that may be changed beside the preset."""

    title: str
    meaning: str


FIELDS = {
    "members": Field(
        "Members", "Seeds trained together; their weights are averaged. More: steadier, slower."
    ),
    "updates": Field("Updates", "Gradient steps of every agent."),
    "evaluation_years": Field(
        "Evaluation years",
        "52 weeks each, out of sample, the last ending with the data. Each is judged with agents trained on "
        "everything before it; one more fit on all data gives this week's weights.",
    ),
    "seed": Field("Seed", "Another seed gives another committee; the same one gives the same result."),
    "trials": Field(
        "Settings compared", "Before you chose these; validation allows for the luck of the best of many."
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
    """Variant and settings, each with the preset's default, and the button that starts.

    It is open while nothing runs; an expander of another key is another one, so it closes by itself.
    """
    with st.expander(
        "**New full training**",
        expanded=not busy,
        icon=":material/model_training:",
        key=f"full-{'busy' if busy else 'free'}",
    ):
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
        form, chosen = Form(), dict[str, int | str]()
        _fields(form, chosen, variant, preset)
        place = st.empty()  # also where there is nothing to say: the button below does not move
        problems = form.problems or _refusals(variant, preset, chosen, place)
        job = busy.get(variant)
        if job:
            by = f"started by {plain(job.actor)}, {moment(job.created_at)}"
            problems = [*problems, f"{label(variant)} is already training ({by}): wait for it, or cancel it."]

        def start(actor: str) -> None:
            asked = {name: form.entered(_key(variant, preset, name)) for name in FIELDS}
            follow = st.session_state[_key(variant, preset, "follow")]
            request = FullRequest.model_validate({"preset": preset, "follow": follow, **asked})
            started = jobs.jobs().submit(FULL, variant, request, actor)
            jobs.notes().keep(started.id, _note())

        action_unless(
            problems, "Start training", start, key="start", type="primary", icon=":material/play_arrow:"
        )


def _note() -> Note:
    """What the person calls the run; the fields are empty for the next one."""
    note = Note(st.session_state["run-name"], st.session_state["run-note"])
    st.session_state["run-name"] = st.session_state["run-note"] = ""
    return note


def _fields(form: Form, chosen: dict[str, int | str], variant: str, preset: str) -> None:
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
        chosen[name] = form.whole(
            grid,
            field.title,
            *LIMITS[name],
            defaults[name],
            key=_key(variant, preset, name),
            help=field.meaning,
            bind="query-params",
            persist_state="session",
        )
    follows = get_args(Follow)
    chosen["follow"] = grid.selectbox(
        "Follow",
        follows,
        follows.index(settings.follow),
        key=_key(variant, preset, "follow"),
        bind="query-params",
        persist_state="session",
        help=f"{FOLLOW_MEANING} Default: {settings.follow}.",
    )
    grid.text_input("Name", key="run-name", max_chars=LONGEST_NAME, persist_state="session")
    grid.text_input("Note", key="run-note", max_chars=LONGEST_NOTE, persist_state="session")


def _refusals(variant: str, preset: str, chosen: dict[str, int | str], place: DeltaGenerator) -> list[str]:
    """Why the data refuse the chosen years; where they do not, what these would show is said at a place."""
    settings = preset_settings(variant, preset, **chosen)  # type: ignore[arg-type]
    refusal = too_long(settings)
    if refusal:
        return [refusal]
    sentence = shown_and_spent(variant, settings)
    if sentence:
        place.caption(
            sentence,
            help="Smallest true lead over equal weight that such an evaluation shows in four of five cases, "
            "by how this variant's lead has swung, and the time that it takes.",
        )
    return []


def _key(variant: str, preset: str, name: str) -> str:
    return f"{variant}-{preset}-{name}"
