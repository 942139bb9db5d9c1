"""A sweep at work."""

import streamlit as st

from app.formats import duration, percent
from app.jobs.queue import Job
from app.queries import jobs
from app.queries.trials import finished_trials
from app.settings import settings
from app.ui.experiments.tables import trial_grid
from app.ui.shared.answer import answer
from app.ui.shared.live import live
from app.ui.shared.progress import cancel_button
from sac.experiments import read_plan
from sac.text import said

__all__ = ["watch"]


def watch(active: Job | None) -> None:
    """Its progress and its trials as they finish; when it ends, the page is drawn again."""

    def draw() -> set[tuple[str, str]]:
        now = jobs.jobs().get(active.id) if active else None
        if now is None or not now.active:
            return set()
        answer(_state(now))
        st.progress(now.fraction, said(now.message))
        cancel_button("Cancel; finished trials are kept", now, key="cancel", icon=":material/stop_circle:")
        plan = read_plan(settings().sweeps, now.id)
        if plan:
            st.caption("CAGR over equal weight of each finished trial")
            st.table(trial_grid(plan, finished_trials(plan)), hide_index=True, border="horizontal")
        return {(now.id, now.status)}

    live("sweep-progress", {(active.id, active.status)} if active else set(), draw)


def _state(job: Job) -> str:
    if not job.started_at:
        return "A sweep waits for its turn."
    left = f", about {duration(job.eta_seconds)} left" if job.eta_seconds else ""
    return f"A sweep is at work: {percent(job.fraction, 0)}{left}."
