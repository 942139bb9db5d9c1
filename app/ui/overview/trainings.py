"""Trainings at work, and the last failure."""

import streamlit as st

from app.formats import moment
from app.queries import jobs
from app.ui.shared.labels import label
from app.ui.shared.live import live
from app.ui.shared.navigation import go_to
from app.ui.shared.progress import progress_line
from sac.text import plain, said

__all__ = ["trainings"]


def trainings() -> set[str]:
    """What runs, and what failed last when nothing succeeded since; returns the variants that train."""
    busy = {job.subject for job in jobs.trainings() if job.active}
    live("overview-jobs", busy, _at_work)
    return busy


def _at_work() -> set[str]:
    latest = jobs.trainings()
    active = [job for job in latest if job.active]
    for job in active:
        progress_line(job)
    ended = next((job for job in latest if not job.active), None)
    if ended and ended.status == "failed":
        st.error(
            f"{said(ended.error or '')} ({moment(ended.finished_at)})",
            title=f"The last training of {plain(label(ended.subject))} failed",
            icon=":material/error:",
        )
        go_to("training", "See its log", job=ended.id)
    return {job.subject for job in active}
