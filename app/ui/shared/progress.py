"""A job at work in one line, and the way to stop it."""

from typing import Any

import streamlit as st

from app.formats import duration, percent
from app.jobs.queue import Job
from app.queries import jobs
from app.ui.shared.action import action
from app.ui.shared.labels import label
from app.ui.shared.navigation import go_to
from sac.text import plain, said

__all__ = ["cancel_button", "progress_line", "progress_text"]


def progress_text(job: Job) -> str:
    """What a job at work does, how far it is, and how long it will take."""
    return f"{said(job.message)} · {percent(job.fraction, 0)} · time left {duration(job.eta_seconds)}"


def progress_line(job: Job) -> None:
    """One line of a training at work."""
    with st.container(border=True):
        st.progress(job.fraction, f"**{plain(label(job.subject))}** · {progress_text(job)}")
        go_to("training", "Watch it")


def cancel_button(title: str, job: Job, *, key: str, **look: Any) -> None:
    """Stop a job at work."""

    def cancel(actor: str) -> None:
        jobs.jobs().cancel(job.id)

    action(title, cancel, key=key, **look)
