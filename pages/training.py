"""Watch trainings, start one, and read and compare what earlier ones did."""

import streamlit as st

from app.queries import jobs, market
from app.ui.shared.notes import provenance_line
from app.ui.training.fine_tuning import fine_tuning
from app.ui.training.full import new_training
from app.ui.training.history import job_table, result
from app.ui.training.overlay import overlay
from app.ui.training.watch import watch

st.title("Training")
latest = jobs.trainings()
active = {job.subject: job for job in latest if job.active}
watch(latest)
new_training(active)
fine_tuning(active)
if latest:
    st.subheader("History", help="Select one run for its result, several to lay them over each other.")
    chosen = job_table(latest)
    if len(chosen) == 1:
        result(jobs.jobs().get(chosen[0]))
    elif chosen:
        overlay([jobs.jobs().get(job_id) for job_id in chosen])
provenance_line(market.panel().provenance)
