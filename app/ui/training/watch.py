"""Trainings at work, and those that wait for their turn."""

from collections.abc import Collection, Sequence

import pandas as pd
import streamlit as st

from app.formats import duration, moment, percent
from app.jobs.queue import Job
from app.queries import jobs
from app.ui.shared.answer import answer
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.live import live
from app.ui.shared.progress import cancel_button
from app.ui.training.learning_curve import curves
from app.ui.training.state import at_work, state, title, waiting
from sac.text import plain, said

__all__ = ["watch"]


def watch(latest: Sequence[Job]) -> None:
    """The state in a sentence, what runs, what waits; when one ends, the page is drawn again."""
    active = [job for job in latest if job.active]
    before = _states(active)

    def draw() -> set[tuple[str, str]]:
        every = jobs.trainings()
        answer(state(every))
        for job in at_work(every):
            _training(job)
        _queue(waiting(every))
        now = [job for job in every if job.active]
        # One that is being cancelled may have ended before the page is drawn again, and nobody would see it.
        ending = {job.id for job in active} - {job.id for job in now if job.status != "cancelling"}
        if ending:
            st.query_params["job"] = ending.pop()
        return _states(now)

    live("training-jobs", before, draw)


def _states(running: Collection[Job]) -> set[tuple[str, str]]:
    return {(job.id, job.status) for job in running}


def _training(job: Job) -> None:
    """Where it is, how long it takes, what it learns, and the way to stop it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(plain(title(job, jobs.notes().get(job.id).name)), width="content")
            _cancel(job, "Stop this training? What it has learned so far is lost.")
        st.progress(job.fraction, f"{said(job.message)} · {percent(job.fraction, 0)}")
        grid = st.grid(4, min_column_width=130)
        grid.metric(
            "Time left", duration(job.eta_seconds), help="Of all stages, by the pace of earlier ones."
        )
        grid.metric("Elapsed", duration(jobs.elapsed(job)), help="Since its turn came.")
        grid.metric("Stage", plain((job.stage or job.status).capitalize()))
        grid.metric("Started by", plain(job.actor))
        curves(job)


def _queue(queued: Sequence[Job]) -> None:
    """Those that wait, the next one first, each with the way to take it out."""
    if not queued:
        return
    st.subheader("Queue")
    notes = jobs.notes()
    table = pd.DataFrame(
        {
            "Turn": [str(turn + 1) for turn in range(len(queued))],
            "Run": [plain(f"{label(job.subject)} {notes.get(job.id).name}".strip()) for job in queued],
            "Kind": [KIND_WORDS.get(job.kind, job.kind) for job in queued],
            "Asked for": [moment(job.created_at) for job in queued],
            "By": [plain(job.actor) for job in queued],
        }
    )
    st.table(table, border="horizontal", hide_index=True)
    with st.container(horizontal=True):
        for turn, job in enumerate(queued, start=1):
            _cancel(job, "Take it out of the queue?", f"Cancel {turn}")


def _cancel(job: Job, question: str, wording: str = "Cancel") -> None:
    if job.status != "cancelling":
        with st.popover(wording, icon=":material/stop_circle:", key=f"stop-{job.id}"):
            st.markdown(question)
            cancel_button("Yes, cancel it", job, key=f"cancel-{job.id}", type="primary")
