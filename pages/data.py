"""What the desk works on: its state, what is known of each stock, findings, source, schedule and sharing."""

import streamlit as st

from app.queries import market
from app.queries.signals import signal_findings
from app.settings import settings
from app.ui.data.coverage import known
from app.ui.data.digests import digests
from app.ui.data.findings import findings
from app.ui.data.notifications import notifications
from app.ui.data.refresh import refresh
from app.ui.data.schedule import weekly_run
from app.ui.data.sharing import sharing
from app.ui.data.signals import not_used
from app.ui.data.source import editor
from app.ui.data.state import state, unusable
from app.ui.shared.answer import answer
from sac.errors import DataError
from sac.market import MarketChoice, MarketPanel, Survey, read_choice
from sac.text import plain, said

st.title("Data")
choice = MarketChoice()
panel: MarketPanel | None = None
survey: Survey | None = None
try:
    choice = read_choice(settings().data)
    survey = market.survey(choice)
    panel = market.panel()
    answer(state(panel, survey))
except DataError as finding:
    answer(unusable(survey))
    st.error(said(str(finding)), title="These data cannot be used yet", icon=":material/rule:")
if panel is not None:
    known(panel)
if survey is not None:
    findings(survey, "present")
editor(choice)
refresh(choice)
weekly_run()
notifications()
digests()
sharing()
if panel is not None:
    not_used(signal_findings())
    if panel.provenance.note:
        st.caption(f":material/info: {plain(panel.provenance.note)}")
