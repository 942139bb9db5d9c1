"""The form that starts a full training."""

import streamlit as st

from app.access import visitors
from app.formats import moment
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import FULL, FullRequest
from app.ui.shared.labels import label
from app.ui.shared.links import linked
from app.ui.shared.refusals import refusals_shown
from sac.config import VARIANTS, preset_settings

OPEN_SETTINGS = {  # title, range, step, meaning
    "members": (
        "Members",
        1,
        64,
        1,
        "Seeds trained together; their weights are averaged. More: steadier, slower.",
    ),
    "updates": ("Updates", 1, 200_000, 500, "Gradient steps of every agent."),
    "evaluation_years": (
        "Evaluation years",
        1,
        15,
        1,
        "52 weeks each, out of sample, the last ending with the data.",
    ),
    "seed": (
        "Seed",
        0,
        2**31 - 1,
        1,
        "Another seed gives another committee; the same one gives the same result.",
    ),
}


PRESET_TEXTS = {
    "desk": "desk: shared network (recommended)",
    "plan": "plan: the plan's networks and values",
}


# From `python -m benchmarks.learning`; docs/engine.md has the whole table.
PRESET_EVIDENCE = (
    "With a planted edge (rank IC .15) on real prices, desk earned 19.4 points of CAGR over equal weight "
    "out of sample, net of costs, and plan 6.6; with no edge both stayed at equal weight."
)


def new_training(busy: dict[str, Job]) -> None:
    """Variant and settings, each with the plan's default, and the button that starts."""
    with st.container(border=True):
        st.subheader("New full training")
        st.caption(
            "Walk-forward: for each evaluation year, agents are trained on everything before it and judged "
            "on the year itself. Then one more fit on all data, for this week's weights."
        )
        first = st.columns(2)
        with first[0]:
            variant = linked("Variant", "variant", {name: label(name) for name in VARIANTS})
        with first[1]:
            preset = linked(
                "Preset",
                "preset",
                PRESET_TEXTS,
                help="Values of networks and learning rates. The fields below change what it leaves open.",
            )
        plan = preset_settings(variant, preset)
        defaults = {
            "members": plan.members,
            "updates": plan.agent.updates,
            "evaluation_years": plan.evaluation_years,
            "seed": plan.seed,
        }
        st.caption(PRESET_EVIDENCE)
        request: dict[str, str | int] = {"preset": preset}
        for column, (name, (title, least, most, step, meaning)) in zip(
            st.columns(4), OPEN_SETTINGS.items(), strict=True
        ):
            request[name] = column.number_input(
                title,
                least,
                most,
                defaults[name],
                step,
                key=f"{variant}-{preset}-{name}",
                bind="query-params",
                persist_state="session",
                help=f"{meaning} Default: {defaults[name]:,}.",
            )
        job = busy.get(variant)
        if job:
            st.caption(
                f":material/lock: {label(variant)} is already training (started by {job.actor}, "
                f"{moment(job.created_at)}). One training per variant: wait for it, or cancel it below."
            )
        why_not = visitors.refusal()
        if st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(job or why_not),
            help=why_not,
            key="start",
        ):
            with refusals_shown():
                jobs.jobs().submit(FULL, variant, FullRequest.model_validate(request), visitors.approver())
                st.rerun()
