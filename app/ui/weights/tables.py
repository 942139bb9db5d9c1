"""The tables of the Weights page, and the file of its orders."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app.formats import weight_digits
from app.holdings.plan import Plan
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import label
from sac.config import CASH, SIGNALS
from sac.portfolio.risk import Risk
from sac.portfolio.trades import Trade
from sac.text import csv_of

if TYPE_CHECKING:
    from sac.explanation import Explanation

__all__ = [
    "order_columns",
    "orders",
    "orders_csv",
    "side_by_side",
    "signals_known",
    "target_columns",
    "targets",
    "why",
    "why_columns",
]

_ORDER = ["date", "symbol", "side", "shares", "reference_price", "value", "version", "reference_date"]
_SIDES = {"BUY": "green", "SELL": "red"}


def orders(trades: Iterable[Trade], plan: Plan) -> pd.DataFrame:
    """One row per trade, the largest first; bought shares are positive, sold ones negative."""
    rows = [
        (
            [trade.side.upper()],
            trade.shares if trade.side == "buy" else -trade.shares,
            plan.holdings.spelled(trade.symbol),
            trade.price_cents / 100,
            trade.value_cents / 100,
        )
        for trade in sorted(trades, key=lambda trade: -trade.value_cents)
    ]
    return pd.DataFrame(rows, columns=["side", "shares", "symbol", "price", "amount"])


def order_columns() -> dict[str, Any]:
    """How orders are written on the page: narrow enough for a phone."""
    number = st.column_config.NumberColumn
    return {
        "side": st.column_config.MultiselectColumn(
            "Side", options=list(_SIDES), color=list(_SIDES.values()), width=68
        ),
        "shares": number("Shares", format="%+d", width=64),
        "symbol": st.column_config.TextColumn("Symbol", width=66),
        "price": number("Price ($)", format="accounting", width=72, help="Close of the decision's session"),
        "amount": number("Amount ($)", format="accounting", width=88),
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


def targets(
    now: Mapping[str, float],
    target: Mapping[str, float],
    *,
    agents: Mapping[str, float] | None = None,
    after: Mapping[str, float] | None = None,
    risk: Risk | None = None,
) -> pd.DataFrame:
    """One row per asset, the largest target first and CASH last: weights in % of wealth, and shares of risk.

    now, target, agents, after: shares of wealth by asset; a column that is not given is left out.
    """
    stocks = sorted((name for name in now if name != CASH), key=lambda name: -target.get(name, 0.0))
    assets, digits = [*stocks, CASH], weight_digits(len(stocks))
    columns = {"now": now, "target": target, "agents": agents, "after": after}
    table = {
        name: [round(100 * shares.get(asset, 0.0), digits) for asset in assets]
        for name, shares in columns.items()
        if shares is not None
    }
    return pd.DataFrame({"symbol": assets, **table, "risk": _shares_of_risk(assets, target, risk)})


def _shares_of_risk(assets: list[str], target: Mapping[str, float], risk: Risk | None) -> list[float | None]:
    """Percent of the volatility that each asset contributes; CASH none."""
    if risk is None or not risk.volatility:
        return [None] * len(assets)
    parts = dict(zip(target, [*risk.contributions, 0.0], strict=True))
    digits = weight_digits(len(assets) - 1)
    return [round(100 * parts.get(asset, 0.0) / risk.volatility, digits) for asset in assets]


def target_columns(start: str, stocks: int) -> dict[str, Any]:
    """How the table of targets is written on the page; start: what the weights before are called."""

    def share(title: str, help: str | None = None) -> Any:
        return st.column_config.NumberColumn(title, format=f"%.{weight_digits(stocks)}f", help=help)

    return {
        "symbol": st.column_config.TextColumn("Asset", pinned=True),
        "now": share(f"{start} (%)", "Share of the portfolio before the trades"),
        "target": share("Target (%)"),
        "agents": share("Agents' (%)", meaning("agents' own")),
        "after": share("After (%)", "With whole shares, trades left out, and cost"),
        "risk": share("Risk (%)", meaning("share of risk")),
    }


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


def why_columns(stocks: int) -> dict[str, Any]:
    """How the explanation is written on the page."""
    number, share = st.column_config.NumberColumn, f"%.{weight_digits(stocks)}f"
    signals = {name: number(name.replace("_", " ").capitalize(), format="%.2f") for name in SIGNALS}
    return {
        "symbol": "Asset",
        "forecast": number("Forecast, next week (%)", format="%+.3f"),
        "alpha": number("Alpha (%)", format="%+.3f", help=meaning("alpha")),
        "weight_now": number("Now (%)", format=share),
        "target_weight": number("Target (%)", format=share),
        "sensitivity": number("Weight moves by (pp)", format="%+.2f"),
        **signals,
    }


def side_by_side(
    targets: Mapping[str, Mapping[str, float]], now: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Target weights (%) of several variants: assets as rows, "Now" first where all start from the same."""
    columns = {} if now is None else {"Now": now}
    columns |= {label(variant): weights for variant, weights in targets.items()}
    rows = dict.fromkeys(name for weights in columns.values() for name in weights if name != CASH)
    table = 100 * pd.DataFrame(columns, index=[*rows, CASH])
    return table.fillna(0.0).round(weight_digits(len(rows)))
