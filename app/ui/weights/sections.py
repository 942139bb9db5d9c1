"""The sections of the Weights page: what it comes to, the orders, the reasons, and the other champions."""

from collections.abc import Mapping

import streamlit as st

from app.formats import UNKNOWN, bps, dollars, percent
from app.holdings.plan import Plan
from app.holdings.portfolio import Portfolio
from app.queries import weights
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.shared.notes import provenance_line
from app.ui.weights import holdings, tables
from sac.config import CASH
from sac.errors import DeskError
from sac.registry import Version

__all__ = ["comparison", "headline", "reasons", "trade_list"]


def headline(plan: Plan, version: Version) -> None:
    """What is traded when, on whose word, and what it comes to."""
    told, orders = plan.advice, plan.orders
    st.subheader(f"Week of {told.target_week_start} to {told.target_week_end}")
    st.caption(
        f"Decided at the close of {told.as_of}, traded at the close of {told.target_week_start}, "
        f"held until the next decision is traded."
    )
    provenance_line(version.metadata.provenance, told.as_of, version)
    if told.historic:
        inside = " It lies inside the training window: not out of sample." if told.in_training else ""
        st.warning(
            f"History: a later decision is known. Not for trading this week.{inside}",
            icon=":material/history:",
        )
    grid = st.grid(4, min_column_width=250)
    grid.metric("Portfolio value", dollars(orders.value_cents / 100, 2), border=True)
    grid.metric(
        "Dollars traded",
        dollars(orders.traded_cents / 100, 2),
        f"{percent(told.turnover)} turnover",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help="Turnover is that of the target weights, before shares are rounded.",
    )
    rate = version.settings.constraints.cost_rate
    grid.metric(
        "Cost of trading",
        dollars(orders.cost_cents / 100, 2),
        border=True,
        help=f"{bps(rate)} of every dollar traded in stocks, rounded up to the cent.",
    )
    grid.metric(
        "Cash after trades",
        dollars(orders.cash_cents / 100, 2),
        f"{percent(orders.weights().get(CASH))}, target {percent(told.target_weights[CASH])}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help="Its share is of what is left after trades and cost.",
    )


def trade_list(plan: Plan, portfolio: Portfolio, version: Version) -> None:
    """The orders, how they were rounded, and their file."""
    told, orders = plan.advice, plan.orders
    st.subheader("Trades")
    holdings.smallest_trade(portfolio)
    st.dataframe(
        tables.trades(plan),
        hide_index=True,
        height="content",
        placeholder="",
        alt="Weights before and after the trades, and the order for each asset",
        column_config=tables.trade_columns(),
    )
    st.caption(_rounding(plan, version))
    if told.historic:  # else data too old to trade on would give orders by way of an earlier date
        st.caption("History has no file of orders: choose the newest date to trade.")
        return
    st.download_button(
        "Orders (CSV)",
        lambda: tables.orders_csv(plan),
        f"orders_{told.model_version}_{told.as_of}.csv",
        "text/csv",
        on_click="ignore",
        disabled=not orders.trades,
        icon=":material/download:",
    )


def reasons(version: Version, portfolio: Portfolio, date: str) -> None:
    """What the agents knew of each stock, and what its forecast moves."""
    st.subheader("Why")
    told = weights.explanation(version, portfolio, date)
    st.dataframe(
        tables.why(told),
        hide_index=True,
        height="content",
        placeholder=UNKNOWN,
        alt="Forecast, signals, weight held and sensitivity of each stock",
        column_config=tables.why_columns(),
    )
    if told.passed:
        step = percent(told.forecast_step, 2)
        moved = (
            "*Weight moves by*: change of the target weight if the stock's forecast were "
            f"higher by {step}: one standard deviation of the forecasts in the training window."
        )
    else:
        moved = (
            "This committee did not earn its trades on held-out weeks: it stays at equal weight, and no "
            "forecast moves a weight."
        )
    unknown = [name for name, known in tables.signals_known(told).items() if not known]
    st.caption(moved + (f" Not known of any stock (n/a): {', '.join(unknown)}." if unknown else ""))


def comparison(shelves: Mapping[str, Shelf], portfolio: Portfolio, date: str) -> None:
    """What the champions of all variants want at the same date, for the same holdings."""
    with st.expander(
        "Targets of all champions",
        key="champions",
        icon=":material/compare_arrows:",
        on_change="rerun",
        bind="query-params",
    ) as panel:
        if not panel.open:
            return
        plans, refusals = {}, []
        for variant, shelf in shelves.items():
            if shelf.champion:
                try:
                    plans[variant] = weights.plan(shelf.champion, portfolio, date)
                except DeskError as refusal:
                    refusals.append(f"{label(variant)}: {refusal}")
        for line in refusals:
            st.warning(line)
        if plans:
            table = tables.side_by_side(plans)
            columns = {name: st.column_config.NumberColumn(format="%.1f %%") for name in table.columns}
            st.dataframe(
                table, height="content", column_config=columns, alt="Target weights of all champions"
            )
            turnovers = "; ".join(
                f"{label(variant)} {percent(plan.advice.turnover)} (`{plan.advice.model_version}`)"
                for variant, plan in plans.items()
            )
            st.caption(f"Turnover to get there: {turnovers}.")


def _rounding(plan: Plan, version: Version) -> str:
    """How the orders came about, and what they leave undone."""
    told, orders = plan.advice, plan.orders
    buys = sum(trade.side == "buy" for trade in orders.trades)
    parts = [
        f"{len(orders.trades) - buys} sells, then {buys} buys, rounded to the nearest whole share; where "
        "cash does not suffice, the largest buy is cut. Fractions of a share stay as they are."
    ]
    if orders.skipped:
        parts.append(f"Left out as too small: {', '.join(orders.skipped)}.")
    if plan.holdings.kept:
        parts.append(f"Kept aside: {', '.join(position.symbol for position in plan.holdings.kept)}.")
    buffer = version.settings.constraints.cash_buffer
    if orders.weights().get(CASH, 1.0) < buffer:
        parts.append(f"Rounding leaves less cash than the buffer of {percent(buffer, 0)}.")
    parts.append(f"Prices are the closes of {told.as_of}:")
    parts.append(
        "adjusted for what followed, so that shares show proportions and not what was traded then."
        if told.historic
        else "at the end of a history adjusted closes are market prices. Trades will fill at others."
    )
    return " ".join(parts)
