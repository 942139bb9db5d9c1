"""Start a training, watch it, stop it, and read what earlier ones did."""

import streamlit as st

from app.queries import jobs, market
from app.ui.shared.notes import provenance_line
from app.ui.training.fine_tuning import fine_tuning
from app.ui.training.full import new_training
from app.ui.training.history import job_table, result
from app.ui.training.watch import watch

st.title("Training")
latest = jobs.trainings()
active = {job.subject: job for job in latest if job.active}
watch(active.values())
new_training(active)
fine_tuning(active)

st.subheader("History")
if not latest:
    st.caption("No training yet. Start one above.")
else:
    chosen = job_table(latest)
    if chosen:
        result(jobs.jobs().get(chosen))
provenance_line(market.panel().provenance)
