"""What should I do now? Champions, running trainings, the last failure, the age of the data."""

import streamlit as st

from app.formats import moment
from app.queries import jobs, market, versions
from app.ui.overview.agenda import agenda
from app.ui.overview.champion import champion_card
from app.ui.overview.first_training import train_contenders
from app.ui.shared.labels import label
from app.ui.shared.notes import damaged_versions, freshness, provenance_line, version_notes
from app.ui.shared.progress import progress_line
from app.ui.shared.refusals import refusals_shown

st.title("Overview")
latest = jobs.trainings()
active = {job.subject for job in latest if job.active}


@st.fragment(run_every="2s" if active else None, key="overview-jobs")
def work() -> None:
    """What runs, and what failed last when nothing succeeded since."""
    with refusals_shown():
        seen = jobs.trainings()
        for job in seen:
            if job.active:
                progress_line(job)
        ended = next((job for job in seen if not job.active), None)
        if ended and ended.status == "failed":
            st.error(
                f"{ended.error} ({moment(ended.finished_at)})",
                title=f"The last training of {label(ended.subject)} failed",
            )
        if active and not any(job.active for job in seen):
            st.rerun()


work()
source = market.panel().provenance
freshness(source)
shelves = versions.shelves()
for shelf in shelves.values():
    damaged_versions(shelf)
filled = [shelf for shelf in shelves.values() if shelf.versions]
if filled:
    agenda(shelves, source, active)
    cards = st.grid(len(filled), min_column_width=300)
    for shelf in filled:
        with cards.container():
            champion_card(shelf)
    version_notes(*(shelf.champion for shelf in filled if shelf.champion))
elif not active:
    train_contenders(source)
provenance_line(source, source.window_end)
