"""What is true now, and what is there to do? The desk in a sentence, its champions in a chart and a table."""

import streamlit as st

from app.queries import book as books
from app.queries import market, promotion, versions
from app.ui.overview.agenda import agenda
from app.ui.overview.first_training import train_contenders
from app.ui.overview.growth import champions_chart
from app.ui.overview.standing import standing_of
from app.ui.overview.state import desk_state
from app.ui.overview.table import champions_table
from app.ui.overview.trainings import trainings
from app.ui.shared import tour
from app.ui.shared.answer import answer
from app.ui.shared.charts.figure import show
from app.ui.shared.notes import damaged_versions, provenance_line, version_notes
from app.ui.shared.refusals import refusals_shown
from sac.text import said

st.title("Overview")
state = st.container()
busy = trainings()
panel = market.panel()
source = panel.provenance
shelves = versions.shelves()
damaged_versions(shelves)
if not any(shelf.versions for shelf in shelves.values()):
    if not busy:
        train_contenders(source)
    tour.begin()
    provenance_line(source)
    st.stop()

standings = [one for shelf in shelves.values() if (one := standing_of(shelf))]
book = None
with refusals_shown():
    book = books.decider()
pending = {variant: promotion.docket(variant).pending for variant in shelves}
with state:
    waiting = sum(map(len, pending.values()))
    answer(desk_state(standings, book.book if book else None, waiting, source))
if standings:
    chart, remarks = champions_chart(standings, book)
    if chart:
        show(chart, "champions")
    for remark in remarks:
        st.caption(said(remark))
    champions_table(standings, book, pending, panel.decisions[-1])
agenda(shelves, pending, panel, busy, book.book if book else None)
provenance_line(source, "", *(one.version for one in standings))
version_notes(*(one.version for one in standings))
