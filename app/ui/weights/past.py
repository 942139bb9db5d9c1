"""A week of a version's record: what its agents of that year held, not what those of today would."""

import streamlit as st

from app.formats import percent
from app.ui.shared.charts.figure import show
from app.ui.shared.labels import label
from app.ui.shared.navigation import go_to
from app.ui.weights.charts import trade_bars
from app.ui.weights.targets import is_equal_weight, targets
from sac.config import CASH
from sac.recorded import RecordedWeek
from sac.registry import Version

__all__ = ["followed", "from_the_record", "state"]


def state(version: Version, week: RecordedWeek) -> str:
    """What the record traded and held in that week, and when."""
    stocks = {name: share for name, share in week.target_weights.items() if name != CASH}
    top = max(stocks, key=lambda name: stocks[name])
    equal = is_equal_weight(week.target_weights, version.settings.constraints)
    held = "equal weight" if equal else f"most in {top}, {percent(stocks[top])}"
    return (
        f"From the record: {label(version.variant)} held {held}; one-sided turnover "
        f"{percent(week.turnover / 2)}. Decided at the close of {week.as_of}, traded at the close of "
        f"{week.start}."
    )


def from_the_record(version: Version, week: RecordedWeek) -> None:
    """The trades of that week, its targets beside the agents' own, and the way to the whole record."""
    go_to("compare", "The whole record on Compare", version=version.name)
    bars = trade_bars(week.held_weights, week.target_weights)
    if bars:
        show(bars, "trades")
    targets(
        week.held_weights,
        week.target_weights,
        agents=week.agents_weights if week.conviction < 1.0 else None,
        turnover=week.turnover,
        as_of=week.as_of,
        constraints=version.settings.constraints,
        start="Before",
    )
    st.markdown(followed(week))


def followed(week: RecordedWeek) -> str:
    """How far the record went with its agents of that week, in a sentence."""
    whose = f"agents of evaluation year {week.year}"
    if week.conviction == 0.0:
        return f"The {whose} had a conviction of 0 %: the record held equal weight."
    if week.conviction == 1.0:
        return f"The record followed the {whose} without reserve."
    unknown = "" if week.agents_weights else " Their own weights were not stored."
    went = f"The record went {percent(week.conviction, 0)} of the way from equal weight to the own weights"
    return f"{went} of the {whose}.{unknown}"
