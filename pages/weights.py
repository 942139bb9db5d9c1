"""This week's target weights against the holdings, and the trades to get there."""

import streamlit as st

from app.decisions.sealing import sealed_as_shown
from app.queries import market, versions, weights
from app.settings import settings
from app.ui.shared.charts.figure import show
from app.ui.shared.charts.weights import trade_chart
from app.ui.shared.navigation import go_to
from app.ui.shared.notes import damaged_versions, freshness, provenance_line, version_notes
from app.ui.weights import following, holdings
from app.ui.weights.champions import all_champions
from app.ui.weights.sections import headline, reasons, trade_list
from app.ui.weights.selection import chosen
from sac.errors import ExpiredAgents, StaleData
from sac.text import said

st.title("Weights")
banner = st.container()
panel, shelves = market.panel(), versions.shelves()
damaged_versions(shelves)
if not any(shelf.versions for shelf in shelves.values()):
    freshness(panel.provenance)
    st.info("There is no model yet: train one first.", icon=":material/info:")
    go_to("training")
    provenance_line(panel.provenance)
    st.stop()

version, date = chosen(shelves)
portfolio = holdings.holdings(version.symbols)
holdings.outside_choice(portfolio, version.symbols)
try:
    plan = weights.plan(version, portfolio, date)
except (StaleData, ExpiredAgents) as refusal:
    with banner:
        st.error(
            said(str(refusal)), title="Weights, trades and downloads are blocked", icon=":material/block:"
        )
        go_to("data" if isinstance(refusal, StaleData) else "training")
    st.stop()
with banner:
    freshness(panel.provenance)
    not_sealed = st.empty()
    following.ageing(version, date)
headline(plan, version)
following.conviction(version)
show(trade_chart(plan.advice), "before-after")
if version.name == shelves[version.variant].current:
    following.follow_choice(version)
trade_list(plan, portfolio, version)
reasons(version, portfolio, date)
all_champions(shelves, portfolio, date)
provenance_line(version.metadata.provenance, plan.advice.as_of, version)
version_notes(version)
if version.name == shelves[version.variant].current:  # last: nothing that is shown waits for it
    unsealed = sealed_as_shown(settings(), version.variant, panel, panel.step_at(date))
    if unsealed:
        not_sealed.warning(said(unsealed), icon=":material/gpp_maybe:")
