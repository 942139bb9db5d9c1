"""Try many settings at once, follow the trials, and read the honest leaderboard."""

import streamlit as st

from app.access import visitors
from app.queries import jobs, market
from app.queries.trials import finished_trials
from app.settings import settings
from app.tasks.sweep import SWEEP
from app.ui.experiments.form import start
from app.ui.experiments.leaderboard import pick, trials
from app.ui.experiments.tables import trial_grid
from app.ui.shared.notes import provenance_line
from app.ui.shared.progress import progress_text
from app.ui.shared.refusals import refusals_shown
from sac.experiments import read_plan

st.title("Experiments")
st.caption(
    "Many settings, judged on the two years before the evaluation years. Nothing here has seen "
    "the evaluation years, and every trial counts in the ledger."
)
sweeps = jobs.jobs().list(kinds=(SWEEP,))
active = next((job for job in sweeps if job.active), None)
start(active is not None, first=not sweeps)


@st.fragment(run_every="2s" if active else None, key="sweep-progress")
def live() -> None:
    """The sweep at work; when it ends, the page is drawn again."""
    with refusals_shown():
        if active is None:
            return
        now = jobs.jobs().get(active.id)
        if not now.active:
            st.rerun()
        st.progress(now.fraction, progress_text(now))
        why_not = visitors.refusal()
        if st.button("Cancel; finished trials are kept", disabled=why_not is not None, key="cancel"):
            visitors.approver()
            jobs.jobs().cancel(active.id)
        plan = read_plan(settings().sweeps, active.id)
        if plan:
            st.caption("CAGR over equal weight of every trial that is finished, before the evaluation years")
            st.table(trial_grid(plan, finished_trials(plan)), hide_index=True, border="horizontal")


live()
if sweeps:
    picked = pick(sweeps)
    if picked.error:
        st.error(picked.error, icon=":material/error:")
    with refusals_shown():
        shown = read_plan(settings().sweeps, picked.id)
        if shown and not picked.active:
            trials(shown)
else:
    st.info("No sweep yet. Start one above; its trials appear here, best first.", icon=":material/info:")
with refusals_shown():
    source = market.panel().provenance
    provenance_line(source, source.window_end)
