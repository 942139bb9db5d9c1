"""Start a training, watch it, stop it, and read what earlier ones did."""

import streamlit as st

from app import queries
from app.charts import learning_curve
from app.components import acting_user, job_table, label, page_path, provenance_line, refusals_shown
from app.formats import duration, moment, percent, ratio
from app.jobs import Job
from sac.config import PRESETS, VARIANTS, preset_settings

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
CURVES = {  # title -> figures on one axis
    "Losses": ("actor_loss", "critic_loss"),
    "Reward a week": ("reward",),
    "Entropy (nats)": ("entropy",),
    "Temperature": ("alpha",),
}
PRESET_NOTES = {
    "plan": "the plan's networks and values",
    "desk": "one network that all stocks share, lower entropy",
}


def new_training(busy: dict[str, Job]) -> None:
    """Variant and settings, each with the plan's default, and the button that starts."""
    with st.container(border=True):
        st.subheader("New full training")
        st.caption(
            "Walk-forward: for each evaluation year, agents are trained on everything before it and judged "
            "on the year itself. Then one more fit on all data, for this week's weights."
        )
        first = st.columns(2)
        variant = first[0].selectbox(
            "Variant", list(VARIANTS), format_func=label, key="variant", bind="query-params"
        )
        preset = first[1].selectbox(
            "Preset",
            list(PRESETS),
            key="preset",
            bind="query-params",
            format_func=lambda name: f"{name}: {PRESET_NOTES.get(name, name)}",
            help="Values of networks and learning rates. The fields below change what it leaves open.",
        )
        plan = preset_settings(variant, preset)
        defaults = {
            "members": plan.members,
            "updates": plan.agent.updates,
            "evaluation_years": plan.evaluation_years,
            "seed": plan.seed,
        }
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
                key=f"{preset}-{name}",
                persist_state="session",
                help=f"{meaning} Plan: {defaults[name]:,}.",
            )
        job = busy.get(variant)
        if job:
            st.caption(
                f":material/lock: {label(variant)} is already training (started by {job.actor}, "
                f"{moment(job.created_at)}). One training per variant: wait for it, or cancel it below."
            )
        if st.button(
            "Start training", type="primary", icon=":material/play_arrow:", disabled=bool(job), key="start"
        ):
            with refusals_shown():
                queries.jobs().submit(variant, "full", request, acting_user())
                st.rerun()


def watched(job: Job) -> None:
    """A training at work: where it is, how long it takes, what it learns, and the way to stop it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(label(job.variant), width="content")
            if job.status != "cancelling":
                with st.popover("Cancel", icon=":material/stop_circle:", key=f"stop-{job.id}"):
                    st.markdown("Stop this training? What it has learned so far is lost.")
                    if st.button("Yes, cancel it", type="primary", key=f"cancel-{job.id}"):
                        queries.jobs().cancel(job.id)
                        st.query_params["job"] = job.id
                        st.rerun()
        st.progress(job.fraction, f"{job.message} · {percent(job.fraction, 0)}")
        grid = st.grid(4, min_column_width=130)
        grid.metric("Stage", (job.stage or job.status).capitalize())
        grid.metric("Time left", duration(job.eta_seconds), help="Measured from the work done so far.")
        grid.metric("Elapsed", duration(queries.elapsed(job)), help="Since its turn came.")
        grid.metric("Status", job.status.capitalize())
        curve = queries.jobs().curve(job.id)
        if not curve.empty:
            charts = st.grid(4, min_column_width=220)
            drawn = {title: names for title, names in CURVES.items() if curve.columns.isin(names).any()}
            for title, figures in drawn.items():
                charts.echarts_chart(
                    learning_curve(curve, figures, title),
                    height=230,
                    key=f"{title}-{job.id}",
                    alt=f"{title} after {int(curve['update'].iloc[-1]):,} updates",
                )
        st.caption(
            f"Job `{job.id}` · started by {job.actor} · {moment(job.created_at)} · goes on without this page"
        )


def result(job: Job) -> None:
    """What a job came to, and its log."""
    st.subheader(f"{label(job.variant)}, {moment(job.created_at)}")
    asked = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in job.request.items())
    st.caption(f"Job `{job.id}` · started by {job.actor} · asked for: {asked}")
    if job.status == "cancelled":
        st.info("Cancelled. Nothing was saved.", icon=":material/stop_circle:")
    if job.error:
        st.error(job.error, icon=":material/error:")
    if job.result:
        verdict = "is the champion now" if job.result["promoted"] else "is stored; the champion stays"
        st.success(f"Version `{job.result['version']}` {verdict}.", icon=":material/check_circle:")
        figures = job.result["metrics"]
        grid = st.grid(4, min_column_width=130)
        grid.metric("CAGR, net, out of sample", percent(figures.get("eval_cagr")), border=True)
        grid.metric("Sharpe ratio", ratio(figures.get("eval_sharpe")), border=True)
        grid.metric("Max drawdown", percent(figures.get("eval_max_drawdown")), border=True)
        grid.metric("Turnover a week", percent(figures.get("eval_turnover")), border=True)
        st.page_link(
            page_path("compare"),
            label="See it beside the baselines",
            icon=":material/stacked_line_chart:",
            query_params={"version": job.result["version"]},
        )
    st.code(queries.jobs().log(job.id) or "The log is empty.", language=None, height=220)


st.title("Training")
latest = queries.jobs().list()
active = {job.variant: job for job in latest if job.active}
new_training(active)


@st.fragment(run_every="2s" if active else None, key="training-jobs")
def live() -> None:
    """Trainings at work; when one ends, the page is drawn again to show what it came to."""
    with refusals_shown():
        now = [job for job in queries.jobs().list() if job.active]
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
