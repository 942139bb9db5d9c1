"""This week's orders, the trades and targets behind them, and what a version held in a past week."""

import streamlit as st

from app.decisions.sealing import sealed_as_shown
from app.queries import book as books
from app.queries import market, versions, weights
from app.settings import settings
from app.ui.shared.answer import answer
from app.ui.shared.navigation import go_to
from app.ui.shared.notes import damaged_versions, freshness, provenance_line, version_notes
from app.ui.shared.refusals import refusals_shown
from app.ui.weights import following, holdings, past, ticket
from app.ui.weights.book import book_choice
from app.ui.weights.champions import all_champions
from app.ui.weights.reasons import book_reasons, reasons
from app.ui.weights.selection import chosen
from app.ui.weights.week import this_week
from sac.book import BookDecider
from sac.errors import ExpiredAgents, StaleData
from sac.text import said

st.title("Weights")
state, banner = st.container(), st.container()
panel, shelves = market.panel(), versions.shelves()
damaged_versions(shelves)
if not any(shelf.versions for shelf in shelves.values()):
    freshness(panel.provenance)
    st.info("There is no model yet: train one first.", icon=":material/info:")
    go_to("training")
    provenance_line(panel.provenance)
    st.stop()

book = None
with refusals_shown():
    book = books.decider()
asked = chosen(shelves, book, str(panel.decisions[-1]))
decider, date, version = asked.decider, asked.date, asked.versions[0]
ours = isinstance(decider, BookDecider)
portfolio = None
if not ours and (week := weights.recorded(version, date)):  # whatever somebody holds now
    with state:
        answer(past.state(version, week))
    past.from_the_record(version, week)
else:
    portfolio = holdings.holdings(version.symbols)
    holdings.outside_choice(portfolio, version.symbols)
    try:
        plan = weights.plan(decider, portfolio, date)
    except (StaleData, ExpiredAgents) as refusal:
        with banner:
            st.error(
                said(str(refusal)), title="Weights, trades and downloads are blocked", icon=":material/block:"
            )
            go_to("data" if isinstance(refusal, StaleData) else "training")
        st.stop()
    with state:
        answer(ticket.state(plan, portfolio.minimum))
    with banner:
        freshness(panel.provenance)
        for one in asked.versions:
            following.ageing(one, date)
        ticket.late(plan)
    this_week(plan, portfolio, decider.constraints)
    if isinstance(decider, BookDecider):
        book_reasons(decider)
    else:
        choice = following.chosen(version)
        reasons(version, portfolio, date, choice)
        if asked.serving:
            following.follow_choice(version, choice)
champions = [variant for variant, shelf in shelves.items() if shelf.champion]
if champions:
    book_choice(champions, book)
all_champions(shelves, portfolio, date)
provenance_line(version.metadata.provenance, date, *asked.versions)
version_notes(*asked.versions)
if asked.serving:  # last: nothing that is shown waits for it
    unsealed = sealed_as_shown(settings(), decider.subject, panel, panel.step_at(date))
    if unsealed:
        banner.warning(said(unsealed), icon=":material/gpp_maybe:")
