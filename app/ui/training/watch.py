"""A job on a page: at work, in the history, and what it came to."""

import streamlit as st

from app.access import visitors
from app.formats import duration, moment, percent
from app.jobs.queue import Job
from app.queries import jobs
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.refusals import refusals_shown
from app.ui.training.learning_curve import learning_curve

__all__ = ["watched"]


CURVES = {  # title -> figures on one axis
    "Losses": ("actor_loss", "critic_loss"),
    "Reward a week": ("reward",),
    "Entropy (nats)": ("entropy",),
    "Temperature": ("alpha",),
}


def watched(job: Job) -> None:
    """A training at work: where it is, how long it takes, what it learns, and the way to stop it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"{label(job.subject)}, {KIND_WORDS.get(job.kind, job.kind)}", width="content")
            if job.status != "cancelling":
                with st.popover("Cancel", icon=":material/stop_circle:", key=f"stop-{job.id}"):
                    st.markdown("Stop this training? What it has learned so far is lost.")
                    why_not = visitors.refusal()
                    if st.button(
                        "Yes, cancel it",
                        type="primary",
                        key=f"cancel-{job.id}",
                        disabled=why_not is not None,
                        help=why_not,
                    ):
                        with refusals_shown():
                            visitors.approver()
                            jobs.jobs().cancel(job.id)
                            st.query_params["job"] = job.id
                            st.rerun()
        st.progress(job.fraction, f"{job.message} · {percent(job.fraction, 0)}")
        if job.started_at:
            grid = st.grid(4, min_column_width=130)
            grid.metric("Stage", (job.stage or job.status).capitalize())
            grid.metric("Time left", duration(job.eta_seconds), help="Measured from the work done so far.")
            grid.metric("Elapsed", duration(jobs.elapsed(job)), help="Since its turn came.")
            grid.metric("Status", job.status.capitalize())
        curve = jobs.jobs().curve(job.id)
        if not curve.empty:
            drawn = {title: names for title, names in CURVES.items() if curve.columns.isin(names).any()}
            charts = st.grid(len(drawn), min_column_width=220)
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
