"""Try many settings at once, follow the trials, and read the honest leaderboard."""

import streamlit as st

from app.queries import jobs, market
from app.settings import settings
from app.tasks.sweep import SWEEP
from app.ui.experiments.form import new_sweep
from app.ui.experiments.leaderboard import pick, results
from app.ui.experiments.watch import watch
from app.ui.shared.answer import answer
from app.ui.shared.notes import provenance_line
from app.ui.shared.refusals import refusals_shown
from sac.experiments import read_plan
from sac.text import said

HELP = (
    "Many settings of one variant, judged on the two years before the evaluation years, net of costs. "
    "Every trial counts in the ledger."
)

st.title("Experiments", help=HELP)
sweeps = jobs.jobs().list(kinds=(SWEEP,))
active = next((job for job in sweeps if job.active), None)
top = st.container()
with top:
    watch(active)
    if not sweeps:
        answer("No sweep yet: start one below.")
with refusals_shown():
    new_sweep(active is not None, first=not sweeps)
if sweeps:
    picked = pick(sweeps)
    if picked.error:
        st.error(said(picked.error), icon=":material/error:")
    with refusals_shown():
        shown = read_plan(settings().sweeps, picked.id)
        if shown and not picked.active:
            results(shown, st.container() if active else top)
        elif not picked.active:
            top.caption("This sweep ended before its first trial.")
with refusals_shown():
    provenance_line(market.panel().provenance)
