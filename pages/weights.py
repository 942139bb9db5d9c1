"""This week's target weights against what is held, and the trades to get there."""

import pandas as pd
import streamlit as st

from app import charts, queries, tables
from app.components import (
    damaged_versions,
    freshness,
    page_path,
    provenance_line,
    short_name,
    show,
    trust_note,
    version_notes,
)
from app.formats import bps, dollars, percent
from app.holdings import CASH, Position, from_csv, from_table
from sac.errors import ExpiredForecaster, StaleData

SOURCES = ("All cash", "Typed in", "CSV file")


def holdings(symbols: tuple[str, ...]) -> tuple[Position, ...] | None:
    """What is held now, in dollars, from the source that the user chose; None until there is one."""
    with st.container(border=True):
        st.subheader("Holdings")
        source = st.segmented_control(
            "Holdings",
            SOURCES,
            default=SOURCES[0],
            required=True,
            key="holdings",
            bind="query-params",
            label_visibility="collapsed",
        )
        if source == "All cash":
            amount = st.number_input(
                "Cash (dollars)",
                1.0,
                1e12,
                100_000.0,
                step=10_000.0,
                format="%.2f",
                key="cash",
                persist_state="session",
                width=260,
            )
            return ((CASH, amount),)
        if source == "Typed in":
            st.caption("Market value of each position in dollars at the decision's close. Empty means none.")
            empty = pd.DataFrame({"Asset": [CASH, *symbols], "Value": [100_000.0] + [None] * len(symbols)})
            typed = st.data_editor(
                empty,
                hide_index=True,
                disabled=["Asset"],
                key="typed",
                width=320,
                placeholder="",
                alt="Holdings in dollars",
                column_config={
                    "Value": st.column_config.NumberColumn("Value ($)", min_value=0.0, format="dollar")
                },
            )
            return from_table(zip(typed["Asset"], typed["Value"], strict=True))
        file = st.file_uploader("CSV file: symbol,value (dollars; CASH is a symbol)", type="csv", key="file")
        return from_csv(file) if file else None


st.title("Weights")
banner = st.container()
on_shelves = queries.shelves()
for shelf in on_shelves.values():
    damaged_versions(shelf)
versions = {version.name: version for shelf in on_shelves.values() for version in shelf.versions}
champions = [shelf.champion.name for shelf in on_shelves.values() if shelf.champion]
if not versions:
    market = queries.panel().provenance
    freshness(market)
    st.info("There is no model yet: train one first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market, market.window_end)
    st.stop()

names = [*champions, *(name for name in versions if name not in champions)]
name = st.selectbox(
    "Version",
    names,
    key="model",
    width=420,
    bind="query-params",
    format_func=lambda name: short_name(versions[name]) + (" (champion)" if name in champions else ""),
)
version = versions[name]
if name not in champions:
    st.warning("This version is not the champion: nobody has approved it for trading.")
positions = holdings(version.symbols)
if positions is None:
    st.info("Upload the holdings to see the trades.", icon=":material/info:")
    st.stop()

try:
    advice = queries.recommendation(version, positions)
except (StaleData, ExpiredForecaster) as refusal:
    remedy = "data" if isinstance(refusal, StaleData) else "training"
    banner.error(
        str(refusal), title="Target weights, trades and downloads are blocked", icon=":material/block:"
    )
    banner.page_link(page_path(remedy), label=f"Go to {remedy.capitalize()}", icon=":material/arrow_forward:")
    st.stop()
with banner:
    freshness(queries.panel().provenance)
rate = version.settings.constraints.cost_rate
wealth = sum(value for _, value in positions)
st.subheader(f"Week of {advice.target_week_start} to {advice.target_week_end}")
st.caption(
    f"Decided at the close of {advice.as_of}, traded at the close of {advice.target_week_start}, "
    f"held until the next decision is traded."
)
provenance_line(version.metadata.provenance, advice.as_of, version)
version_notes(version)
trust_note(version)
grid = st.grid(4, min_column_width=150)
grid.metric("Wealth before trading", dollars(wealth, 2), border=True)
grid.metric(
    "Turnover", percent(advice.turnover), border=True, help="Dollars traded in stocks per dollar of wealth."
)
grid.metric(
    "Cost of trading",
    dollars(advice.cost * wealth, 2),
    border=True,
    help=f"{bps(rate)} of every dollar traded in stocks.",
)
grid.metric("Cash target", percent(advice.target_weights[CASH]), border=True)
show(
    charts.before_after(
        {change.symbol: change.current_weight for change in advice.weight_changes}, advice.target_weights
    ),
    "before-after",
)
st.subheader("Trades")
trades = tables.trades_shown(advice, wealth)
st.dataframe(
    trades,
    hide_index=True,
    height="content",
    placeholder="n/a",
    alt="Weights and trades per asset",
    column_config=tables.trade_columns(),
)
st.caption(
    "Buys are positive, sells negative. Dollars are shares of the wealth before trading; cash pays the cost."
)
st.download_button(
    "Trades (CSV)",
    lambda: tables.trades_csv(advice, wealth),
    f"trades_{advice.model_version}_{advice.as_of}.csv",
    "text/csv",
    on_click="ignore",
    icon=":material/download:",
)
