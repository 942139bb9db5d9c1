"""The week of a decision that is served: its orders, their picture and its targets."""

from collections.abc import Mapping

import streamlit as st

from app.holdings.plan import Plan
from app.holdings.portfolio import Portfolio
from app.ui.shared.charts.figure import show
from app.ui.weights.charts import trade_bars
from app.ui.weights.targets import targets
from app.ui.weights.ticket import ticket
from sac.config import Constraints

__all__ = ["this_week"]

_TICKET = 360  # pixels: the ticket and the picture stand below each other where there is no room for both


def this_week(plan: Plan, portfolio: Portfolio, constraints: Constraints) -> None:
    """The orders beside their picture, then the targets. A week that is over has no orders."""
    advice = plan.advice

    def named(weights: Mapping[str, float]) -> dict[str, float]:
        return {plan.holdings.spelled(name): share for name, share in weights.items()}

    now = named({change.symbol: change.current_weight for change in advice.weight_changes})
    target = named(advice.target_weights)
    bars = trade_bars(now, target)
    sides = st.grid(2 if bars and not plan.over() else 1, min_column_width=_TICKET)
    if not plan.over():
        ticket(sides.container(), plan, portfolio, constraints)
    if bars:
        with sides.container():
            show(bars, "trades")
    targets(
        now,
        target,
        agents=named(advice.agents_weights) if advice.conviction < 1.0 else None,
        after=None if plan.over() else named(plan.orders.weights()),
        turnover=advice.turnover,
        as_of=advice.as_of,
        constraints=constraints,
    )
