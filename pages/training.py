"""Start a training, watch it, stop it, and read what earlier ones did."""

import streamlit as st

from app import access, queries
from app.components import label, linked, provenance_line, refusals_shown, short_name
from app.formats import moment
from app.job_panels import job_table, result, watched
from app.jobs import Job
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
        why_not = access.refusal()
        if st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(job or why_not),
            help=why_not,
            key="start",
        ):
            with refusals_shown():
                queries.jobs().submit(variant, "full", request, access.approver())
                st.rerun()


def fine_tuning(busy: dict[str, Job]) -> None:
    """The champion that a fine-tuning starts from, and the button that starts it."""
    with st.container(border=True):
        st.subheader("Fine-tune a champion")
        st.caption(
            "The champion's agents go on learning on the most recent 26 weeks, at lower rates, with all "
            "their state restored. Judged in blocks of 26 weeks, each by agents fine-tuned before it began."
        )
        champions = {name: shelf.champion for name, shelf in queries.shelves().items() if shelf.champion}
        if not champions:
            st.info("There is no champion yet: a full training comes first.", icon=":material/info:")
            return
        variant = st.selectbox(
            "Champion",
            list(champions),
            format_func=lambda name: short_name(champions[name]),
            key="champion",
            width=420,
        )
        why_not = access.refusal()
        if st.button(
            "Fine-tune",
            icon=":material/tune:",
            disabled=bool(variant in busy or why_not),
            help=why_not,
            key="finetune",
        ):
            with refusals_shown():
                queries.jobs().submit(variant, "finetune", {}, access.approver())
                st.rerun()


st.title("Training")
latest = queries.trainings()
active = {job.variant: job for job in latest if job.active}
new_training(active)
fine_tuning(active)


@st.fragment(run_every="2s" if active else None, key="training-jobs")
def live() -> None:
    """Trainings at work; when one ends, the page is drawn again to show what it came to."""
    with refusals_shown():
        now = [job for job in queries.trainings() if job.active]
        for job in now:
            watched(job)
        ended = {job.id for job in active.values()} - {job.id for job in now}
        if ended:
            st.query_params["job"] = ended.pop()
        if {(job.id, job.status) for job in now} != {(job.id, job.status) for job in active.values()}:
            st.rerun()


live()
st.subheader("History")
if not latest:
    st.caption("No training yet. Start one above.")
else:
    chosen = job_table(latest)
    if chosen:
        result(queries.jobs().get(chosen))
market = queries.panel().provenance
provenance_line(market, market.window_end)
