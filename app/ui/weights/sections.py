"""The sections of the Weights page: what is traded when, the orders, and the reasons."""

import streamlit as st

from app.formats import UNKNOWN, bps, dollars, percent
from app.holdings.plan import Plan
from app.holdings.portfolio import Portfolio
from app.queries import weights
from app.ui.shared.downloads import csv_button
from app.ui.shared.figures import figure
from app.ui.weights import holdings, tables
from sac.config import CASH
from sac.registry import Version
from sac.text import plain

__all__ = ["headline", "reasons", "trade_list"]


def headline(plan: Plan, version: Version) -> None:
    """What is traded when, on which version's advice, and what it costs."""
    advice, orders = plan.advice, plan.orders
    st.subheader(f"Week of {advice.target_week_start} to {advice.target_week_end}")
    st.caption(
        f"Decided at the close of {advice.as_of}, traded at the close of {advice.target_week_start}, "
        "kept until the next decision is traded."
    )
    if advice.historic:
        inside = " It lies inside the training window: not out of sample." if advice.in_training else ""
        st.warning(
            f"History: a later decision is known. Not for trading this week.{inside}",
            icon=":material/history:",
        )
    elif plan.over():
        st.warning(
            f"This week ended on {advice.target_week_end}: there are no orders for it any more. "
            "Refresh the data.",
            icon=":material/block:",
        )
    elif plan.filled():
        st.warning(
            f"The session of {advice.target_week_start} is over: orders placed now fill at later prices.",
            icon=":material/schedule:",
        )
    grid = st.grid(4, min_column_width=250)
    figure(grid, "Portfolio value", dollars(orders.value_cents / 100, 2))
    figure(
        grid,
        "Dollars traded",
        dollars(orders.traded_cents / 100, 2),
        f"{percent(advice.turnover)} turnover",
        help="Turnover is that of the target weights, before shares are rounded.",
    )
    rate = version.settings.constraints.cost_rate
    figure(
        grid,
        "Cost of trading",
        dollars(orders.cost_cents / 100, 2),
        help=f"{bps(rate)} of every dollar traded in stocks, rounded up to the cent.",
    )
    figure(
        grid,
        "Cash after trades",
        dollars(orders.cash_cents / 100, 2),
        f"{percent(orders.weights().get(CASH))}, target {percent(advice.target_weights[CASH])}",
        help="Its share is of what is left after trades and cost.",
    )


def trade_list(plan: Plan, portfolio: Portfolio, version: Version) -> None:
    """The orders, how they were rounded, and their file."""
    advice = plan.advice
    st.subheader("Trades")
    holdings.minimum_trade(portfolio)
    st.dataframe(
        tables.trades(plan),
        hide_index=True,
        height="content",
        placeholder="",
        alt="Weights before and after the trades, and the order for each asset",
        column_config=tables.trade_columns(),
    )
    st.caption(_rounding(plan, version))
    if advice.historic:  # else data too old to trade on would give orders by way of an earlier date
        st.caption("History has no file of orders: choose the newest date to trade.")
        return
    if plan.over():
        st.caption("A week that is over has no file of orders: refresh the data.")
        return
    csv_button(
        "Orders",
        lambda: tables.orders_csv(plan),
        f"orders_{advice.model_version}_{advice.as_of}.csv",
        blocked=not plan.orders.trades,
    )


def reasons(version: Version, portfolio: Portfolio, date: str) -> None:
    """What the agents knew of each stock, and what its alpha moves."""
    st.subheader("Why")
    explanation = weights.explanation(version, portfolio, date)
    st.dataframe(
        tables.why(explanation),
        hide_index=True,
        height="content",
        placeholder=UNKNOWN,
        alt="Forecast, signals, current weight and sensitivity of each stock",
        column_config=tables.why_columns(),
    )
    if explanation.conviction:
        moved = (
            "*Weight moves by*: change of the target weight if the stock's alpha rose by "
            f"{percent(explanation.alpha_step, 2)}."
        )
    else:
        moved = "*Weight moves by* is zero: the target is equal weight, whatever the agents see."
    unknown = [
        name.replace("_", " ") for name, known in tables.signals_known(explanation).items() if not known
    ]
    st.caption(moved + (f" Unknown for every stock: {', '.join(unknown)}." if unknown else ""))


def _counted(plan: Plan) -> str:
    """How many trades of each side, in the order in which they are traded."""
    sides = [trade.side for trade in plan.orders.trades]
    counts = {side: sides.count(side) for side in ("sell", "buy") if side in sides}
    return ", then ".join(f"{count} {side}{'s' * (count > 1)}" for side, count in counts.items())


def _rounding(plan: Plan, version: Version) -> str:
    """How the orders came about, and what they leave undone."""
    advice, orders = plan.advice, plan.orders
    traded = f"{_counted(plan)}, in whole shares; where cash falls short, the largest buy is cut."
    parts = [traded if orders.trades else "No trades."]
    if orders.skipped:
        left_out = ", ".join(map(plan.holdings.spelled, orders.skipped))
        parts.append(f"Left out as too small: {plain(left_out)}.")
    if plan.holdings.kept:
        parts.append(f"Kept aside: {plain(', '.join(position.symbol for position in plan.holdings.kept))}.")
    buffer = version.settings.constraints.cash_buffer
    if orders.weights().get(CASH, 1.0) < buffer:
        parts.append(f"Rounding leaves less cash than the buffer of {percent(buffer, 0)}.")
    parts.append(
        f"Prices are adjusted closes of {advice.as_of}: shares show proportions, not what was traded then."
        if advice.historic
        else f"Prices are the closes of {advice.as_of}; trades will fill at others."
    )
    return " ".join(parts)
