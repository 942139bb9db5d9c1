"""Challenger and champion side by side, in the figures that a person is asked about."""

import math
from collections.abc import Callable

import streamlit as st

from app.formats import UNKNOWN, ratio
from app.ui.shared.glossary import meaning
from sac.evidence import Metrics
from sac.promotion.case import Case

__all__ = ["scorecard"]

_ROWS: dict[str, Callable[[Metrics], str]] = {  # units in the names: a figure is one word
    "CAGR (%)": lambda one: _hundredths(one.cagr),
    "Volatility (%)": lambda one: _hundredths(one.volatility),
    "Sharpe": lambda one: ratio(one.sharpe),
    "Drawdown (%)": lambda one: _hundredths(one.max_drawdown),
    "Weekly turnover (%)": lambda one: _hundredths(one.turnover),
    "Cost (pp/year)": lambda one: _hundredths(one.cost_drag),
}


def scorecard(case: Case, live_weeks: dict[str, int]) -> None:
    """A column for each; equal weight stands in for a champion that there is not.

    live_weeks: "challenger" and "champion" -> how many of its sealed weeks count as live.
    """
    roles = ("challenger", "champion" if "champion" in case.figures else "Equal weight")
    rows = {name: [value(case.figures[role]) for role in roles] for name, value in _ROWS.items()}
    rows["Live weeks"] = [str(live_weeks.get(role, UNKNOWN)) for role in roles]
    lines = [f"| {name} | {' | '.join(figures)} |" for name, figures in rows.items()]
    # As text, for that is there at once: a table that comes later pushes what stands below it.
    st.markdown("\n".join([f"| | {' | '.join(map(str.capitalize, roles))} |", "|---|---:|---:|", *lines]))
    st.caption(f"{case.weeks} weeks, {case.start} to {case.end}, net.", help=meaning("out of sample"))


def _hundredths(fraction: float) -> str:
    return f"{round(fraction * 100, 1) + 0.0:.1f}" if math.isfinite(fraction) else UNKNOWN
