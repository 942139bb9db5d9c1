"""Start a training, watch it, stop it, and read what earlier ones did."""

import streamlit as st

from app.queries import jobs, market
from app.ui.shared.notes import provenance_line
from app.ui.shared.refusals import refusals_shown
from app.ui.training.fine_tuning import fine_tuning
from app.ui.training.full import new_training
from app.ui.training.history import job_table, result
from app.ui.training.watch import watched

st.title("Training")
latest = jobs.trainings()
active = {job.subject: job for job in latest if job.active}
new_training(active)
fine_tuning(active)


@st.fragment(run_every="2s" if active else None, key="training-jobs")
def live() -> None:
    """Trainings at work; when one ends, the page is drawn again to show what it came to."""
    with refusals_shown():
        now = [job for job in jobs.trainings() if job.active]
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
        result(jobs.jobs().get(chosen))
source = market.panel().provenance
provenance_line(source, source.window_end)
