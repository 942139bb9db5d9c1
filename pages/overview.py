"""What should I do now? Champions, running trainings, the last failure, the age of the data."""

import streamlit as st

from app.queries import market, versions
from app.ui.overview.agenda import agenda
from app.ui.overview.champion import champion_card
from app.ui.overview.first_training import train_contenders
from app.ui.overview.trainings import trainings
from app.ui.shared.notes import damaged_versions, freshness, provenance_line, version_notes

st.title("Overview")
busy = trainings()
panel = market.panel()
source = panel.provenance
freshness(source)
shelves = versions.shelves()
damaged_versions(shelves)
filled = [shelf for shelf in shelves.values() if shelf.versions]
if filled:
    agenda(shelves, panel, busy)
    cards = st.grid(len(filled), min_column_width=300)
    for shelf in filled:
        with cards.container():
            champion_card(shelf)
    version_notes(*(shelf.champion for shelf in filled if shelf.champion))
elif not busy:
    train_contenders(source)
provenance_line(source)
