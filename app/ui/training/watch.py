"""Trainings at work."""

from collections.abc import Collection

import streamlit as st

from app.formats import duration, moment, percent
from app.jobs.queue import Job
from app.queries import jobs
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.live import live
from app.ui.shared.progress import cancel_button
from app.ui.training.learning_curve import curves
from sac.text import code, plain, said

__all__ = ["watch"]


def watch(active: Collection[Job]) -> None:
    """All of them; when one ends, the page is drawn again to show its result."""
    at_work = _states(active)

    def draw() -> set[tuple[str, str]]:
        now = [job for job in jobs.trainings() if job.active]
        for job in now:
            _training(job)
        # One that is being cancelled may have ended before the page is drawn again, and nobody would see it.
        ending = {job.id for job in active} - {job.id for job in now if job.status != "cancelling"}
        if ending:
            st.query_params["job"] = ending.pop()
        return _states(now)

    live("training-jobs", at_work, draw)


def _states(running: Collection[Job]) -> set[tuple[str, str]]:
    return {(job.id, job.status) for job in running}


def _training(job: Job) -> None:
    """Where it is, how long it takes, what it learns, and the way to stop it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(
                plain(f"{label(job.subject)}, {KIND_WORDS.get(job.kind, job.kind)}"), width="content"
            )
            if job.status != "cancelling":
                with st.popover("Cancel", icon=":material/stop_circle:", key=f"stop-{job.id}"):
                    st.markdown("Stop this training? What it has learned so far is lost.")
                    cancel_button("Yes, cancel it", job, key=f"cancel-{job.id}", type="primary")
        st.progress(job.fraction, f"{said(job.message)} · {percent(job.fraction, 0)}")
        if job.started_at:
            grid = st.grid(4, min_column_width=130)
            grid.metric("Stage", plain((job.stage or job.status).capitalize()))
            grid.metric("Time left", duration(job.eta_seconds), help="Measured from the work done so far.")
            grid.metric("Elapsed", duration(jobs.elapsed(job)), help="Since its turn came.")
            grid.metric("Status", job.status.capitalize())
        curves(job)
        st.caption(
            f"Job {code(job.id)} · started by {plain(job.actor)} · {moment(job.created_at)} · goes on "
            "without this page"
        )
