"""The orders of the week: said in a sentence, listed, and taken away as a file."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.formats import bps, dollars, percent
from app.holdings.plan import Plan
from app.holdings.portfolio import Portfolio
from app.ui.shared.downloads import csv_button
from app.ui.shared.figures import SEEN, table_height
from app.ui.weights import holdings, tables
from sac.config import CASH, Constraints
from sac.portfolio.trades import Trade, TradeList
from sac.text import plain

__all__ = ["late", "state", "ticket"]


def state(plan: Plan, minimum: float) -> str:
    """What there is to trade, what it costs, and when; or why there is nothing. Markdown.

    minimum: dollars, below which a trade is left out.
    """
    advice, orders = plan.advice, plan.orders
    when = f"Decided at the close of {advice.as_of}, traded at the close of {advice.target_week_start}."
    if advice.historic:
        turnover = percent(advice.turnover / 2)
        return f"A past week, not for trading: its target was a one-sided turnover of {turnover} away. {when}"
    if plan.over():
        return (
            f"This week ended on {advice.target_week_end}: there are no orders for it any more. "
            "Refresh the data."
        )
    if orders.trades:
        found = (
            f"{_counted(orders.trades)}: {dollars(orders.traded_cents / 100)} traded, "
            f"{percent(orders.turnover / 2)} one-sided turnover, costs {dollars(orders.cost_cents / 100, 2)}."
        )
    elif orders.left_out:
        found = f"Nothing to trade: {_small(plan.orders, minimum)}."
    else:
        found = "Nothing to trade: whole shares come no closer to the target."
    return f"{found} {when}".replace("$", r"\$")


def late(plan: Plan) -> None:
    """Warns where the session that trades the orders is over."""
    if plan.filled():
        st.warning(
            f"The session of {plan.advice.target_week_start} is over: orders placed now fill at later "
            "prices.",
            icon=":material/schedule:",
        )


def ticket(place: DeltaGenerator, plan: Plan, portfolio: Portfolio, constraints: Constraints) -> None:
    """The orders by size, what is too small for one, what is left afterwards, and the file."""
    orders = plan.orders
    with place:
        if orders.trades:
            _listed(orders.trades, plan, "Orders, the largest first")
        if orders.left_out:
            with st.expander(
                f"Left out: {_small(orders, portfolio.minimum)}".replace("$", r"\$"), key="left-out"
            ):
                _listed(orders.left_out, plan, "Trades that are smaller than the minimum")
        st.caption(_afterwards(plan, constraints), help=_rules(constraints))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            holdings.minimum_trade(portfolio)
            csv_button(
                "Orders",
                lambda: tables.orders_csv(plan),
                f"orders_{plan.advice.model_version}_{plan.advice.as_of}.csv",
                blocked=not orders.trades,
            )


def _listed(trades: tuple[Trade, ...], plan: Plan, alt: str) -> None:
    st.dataframe(
        tables.orders(trades, plan),
        hide_index=True,
        height=table_height(len(trades), SEEN),  # beside the picture
        alt=alt,
        column_config=tables.order_columns(),
    )


def _counted(trades: tuple[Trade, ...]) -> str:
    """How many trades of each side."""
    sides = [trade.side for trade in trades]
    return ", ".join(f"{side} {sides.count(side)}" for side in ("buy", "sell") if side in sides).capitalize()


def _small(orders: TradeList, minimum: float) -> str:
    """How many trades are too small, and what they come to."""
    count = len(orders.left_out)
    amount = sum(trade.value_cents for trade in orders.left_out) / 100
    each = f"{count} trades" if count > 1 else "1 trade"
    return f"{each} below {dollars(minimum, 2)}, {dollars(amount, 2)} in all"


def _afterwards(plan: Plan, constraints: Constraints) -> str:
    """What the portfolio is worth and what of it stays in cash, with what is unlike the target."""
    orders = plan.orders
    cash, value = dollars(orders.cash_cents / 100, 2), dollars(orders.value_cents / 100, 2)
    parts = [f"Afterwards {cash} of {value} ({percent(orders.weights().get(CASH))}) in cash."]
    if plan.holdings.kept:
        parts.append(f"Kept aside: {plain(', '.join(position.symbol for position in plan.holdings.kept))}.")
    buffer = constraints.cash_buffer
    if orders.weights().get(CASH, 1.0) < buffer:
        parts.append(f"Rounding leaves less cash than the buffer of {percent(buffer, 0)}.")
    return " ".join(parts).replace("$", r"\$")


def _rules(constraints: Constraints) -> str:
    rate = bps(constraints.cost_rate)
    return (
        "Orders are in whole shares; where cash falls short, the largest buy is cut. Sell first. "
        f"Prices are the closes of the decision's session, trades fill at others. Cost: {rate} of every "
        "dollar traded in stocks, rounded up to the cent."
    )
