"""The tables of the Weights page, and the file of its orders."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app.holdings.plan import Plan
from app.ui.shared.labels import label
from sac.config import CASH, SIGNALS
from sac.text import csv_of

if TYPE_CHECKING:
    from sac.explanation import Explanation
    from sac.inference import Recommendation

__all__ = ["orders_csv", "side_by_side", "signals_known", "trade_columns", "trades", "why", "why_columns"]

_ORDER = ["date", "symbol", "side", "shares", "reference_price", "value", "version", "reference_date"]


def trades(plan: Plan) -> pd.DataFrame:
    """One row per asset, CASH last: weights in %, its order in shares and dollars; missing without one."""
    orders, advice = plan.orders, plan.advice
    order = {t.symbol: t.shares if t.side == "buy" else -t.shares for t in orders.trades}
    price = {t.symbol: t.price_cents / 100 for t in orders.trades}
    now = {change.symbol: change.current_weight for change in advice.weight_changes}
    target = {name: advice.target_weights.get(name, 0.0) for name in now}
    after = orders.weights()
    cents = {**orders.positions_cents, CASH: orders.cash_cents}
    dollars = {name: shares * price[name] for name, shares in order.items()}
    dollars[CASH] = -sum(dollars.values()) - orders.cost_cents / 100
    return pd.DataFrame(
        {
            "symbol": [plan.holdings.spelled(name) for name in now],
            "weight_now": [100 * share for share in now.values()],
            "target_weight": [100 * share for share in target.values()],
            **_beside_target(advice, now),
            "weight_after": [100 * after.get(name, 0.0) for name in now],
            "shares": pd.Series([order.get(name) for name in now], dtype="Int64"),
            "price": [plan.holdings.prices.get(name) for name in now],
            "trade_dollars": [round(dollars.get(name, 0.0), 2) for name in now],
            "off_target": [
                (cents.get(name, 0) - share * orders.value_cents) / 100 for name, share in target.items()
            ],
        }
    )


def _beside_target(advice: "Recommendation", assets: Iterable[str]) -> dict[str, list[float]]:
    """The agents' own weights, where the target is not theirs."""
    if advice.conviction == 1.0:
        return {}
    return {"agents_weight": [100 * advice.agents_weights.get(name, 0.0) for name in assets]}


def trade_columns() -> dict[str, Any]:
    """How the table of trades is written on the page."""
    number = st.column_config.NumberColumn
    return {
        "symbol": "Asset",
        "weight_now": number("Now", format="%.1f %%", help="Share of the portfolio before the trades"),
        "target_weight": number("Target", format="%.1f %%"),
        "agents_weight": number("Agents' own", format="%.1f %%", help="What its agents alone would hold"),
        "weight_after": number("After", format="%.1f %%", help="Share of what is left after trades and cost"),
        "shares": number("Trade (shares)", format="%+d", help="Buys are positive, sells negative"),
        "price": number("Price ($)", format="%.2f", help="Close of the decision's session"),
        "trade_dollars": number("Trade ($)", format="dollar"),
        "off_target": number("Off target ($)", format="dollar", help="By rounding, skipped trades and cost"),
    }


def orders_csv(plan: Plan) -> str:
    """The orders as any broker's import can be taught to read; `date` is the session that trades them."""
    advice = plan.advice
    rows = [
        (
            advice.target_week_start,
            plan.holdings.spelled(trade.symbol),
            trade.side.upper(),
            trade.shares,
            f"{trade.price_cents / 100:.2f}",
            f"{trade.value_cents / 100:.2f}",
            advice.model_version,
            advice.as_of,
        )
        for trade in plan.orders.trades
    ]
    return csv_of(pd.DataFrame(rows, columns=_ORDER))


def why(explanation: "Explanation") -> pd.DataFrame:
    """One row per stock, weights, forecast and sensitivity in %; signals that nobody has are left out."""
    stocks = explanation.stocks
    known = [name for name, known in signals_known(explanation).items() if known]
    percents = {
        "forecast": [view.forecast for view in stocks],
        "alpha": [view.alpha for view in stocks],
        "weight_now": [view.held_weight for view in stocks],
        "target_weight": [view.target_weight for view in stocks],
        "sensitivity": [view.sensitivity for view in stocks],
    }
    table = {name: 100 * pd.Series(column, dtype="Float64") for name, column in percents.items()}
    signals = {name: pd.Series([view.signals[name] for view in stocks], dtype="Float64") for name in known}
    return pd.DataFrame({"symbol": [view.symbol for view in stocks], **table, **signals})


def signals_known(explanation: "Explanation") -> dict[str, bool]:
    """Whether each signal is known of any stock."""
    views = explanation.stocks
    return {name: any(view.signals[name] is not None for view in views) for name in SIGNALS}


def why_columns() -> dict[str, Any]:
    """How the explanation is written on the page."""
    number = st.column_config.NumberColumn
    signals = {name: number(name.replace("_", " ").capitalize(), format="%.2f") for name in SIGNALS}
    return {
        "symbol": "Asset",
        "forecast": number("Forecast, next week", format="%+.3f %%"),
        "alpha": number(
            "Alpha",
            format="%+.3f %%",
            help="What the agents see of the forecast: its rank times the stock's volatility times the skill "
            "of past forecasts.",
        ),
        "weight_now": number("Now", format="%.1f %%"),
        "target_weight": number("Target", format="%.1f %%"),
        "sensitivity": number("Weight moves by (pp)", format="%+.2f"),
        **signals,
    }


def side_by_side(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Target weights (%) of several variants for one portfolio: assets as rows, "Now" first."""
    first = next(iter(plans.values())).advice
    columns = {"Now": {change.symbol: change.current_weight for change in first.weight_changes}}
    columns |= {label(variant): plan.advice.target_weights for variant, plan in plans.items()}
    return 100 * pd.DataFrame(columns, index=list(columns["Now"])).fillna(0.0)
