"""A job at work in one line."""

import streamlit as st

from app.formats import duration, percent
from app.jobs.queue import Job
from app.ui.shared.labels import label
from app.ui.shared.navigation import page_path

__all__ = ["progress_line", "progress_text"]


def progress_text(job: Job) -> str:
    """What a job at work does, how far it is, and how long it will take."""
    return f"{job.message} · {percent(job.fraction, 0)} · time left {duration(job.eta_seconds)}"


def progress_line(job: Job) -> None:
    """One line of a training at work."""
    with st.container(border=True):
        st.progress(job.fraction, f"**{label(job.subject)}** · {progress_text(job)}")
        st.page_link(page_path("training"), label="Watch it", icon=":material/model_training:")
