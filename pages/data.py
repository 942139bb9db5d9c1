"""What the desk works on: source, universe, findings, what is known of each stock, and the refresh."""

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
from app.ui.data.signals import not_used
from app.ui.data.source import editor
from app.ui.shared.notes import freshness, provenance_line
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
    freshness(panel.provenance)
    st.success(f"{len(panel.symbols)} symbols passed every check.", icon=":material/task_alt:")
    if panel.provenance.note:
        st.caption(f":material/info: {plain(panel.provenance.note)}")
except DataError as finding:
    st.error(said(str(finding)), title="These data cannot be used yet", icon=":material/rule:")
if survey is not None:
    findings(survey, "present")
editor(choice)
refresh(choice)
weekly_run()
digests()
notifications()
if panel is not None:
    known(panel)
    not_used(signal_findings())
    provenance_line(panel.provenance)
