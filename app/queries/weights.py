"""What the Weights page asks the engine, cached until the data or the day change."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app.holdings.plan import Plan, planned
from app.holdings.portfolio import Portfolio
from app.queries import market
from app.settings import settings
from sac.arrays import Floats
from sac.book import BookDecider, ChampionDecider, Decider
from sac.config import Constraints
from sac.market import MarketPanel
from sac.market.symbols import symbol_key
from sac.portfolio import equal_weights
from sac.portfolio.risk import Risk, covariance_at, risk_of
from sac.promotion.following import follow_of
from sac.recorded import RecordedWeek, decision_dates, recorded_week
from sac.registry import Version

if TYPE_CHECKING:
    from sac.explanation import Explanation
    from sac.inference import Recommendation

__all__ = ["dates", "decider", "explanation", "from_cash", "plan", "recorded", "risk"]

Key = tuple[Path, str, str]  # versions never change, data and the day do
Asked = tuple[str, str, tuple[Key, ...]]  # who, following what, and the versions behind it


def decider(version: Version) -> ChampionDecider:
    """A version by itself, following what was chosen for it."""
    follow = follow_of(settings().registry, version.variant, version.name)
    return ChampionDecider(version, follow, settings().cache)


def plan(who: Decider, portfolio: Portfolio, as_of: str) -> Plan:
    """Advice and orders of the book or a version. Raises DeskError."""
    panel = market.panel()
    return _plan(_asked(who, panel), portfolio, panel.step_at(as_of), who, panel)


@st.cache_resource(show_spinner="Asking the model for its weights…", max_entries=64)
def _plan(
    asked: Asked,
    portfolio: Portfolio,
    step: int,
    _who: Decider,
    _panel: MarketPanel,
) -> Plan:
    return planned(_who, _panel, portfolio, step)


def from_cash(version: Version) -> "Recommendation":
    """What a version would buy this week for somebody who holds cash only. Raises DeskError."""
    return plan(decider(version), Portfolio(cash=1.0), str(market.panel().decisions[-1])).advice


def recorded(version: Version, as_of: str) -> RecordedWeek | None:
    """What the version's record held in the week of a decision; None outside its evaluation years."""
    return _recorded(_key(version, market.panel()), as_of, version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _recorded(key: Key, as_of: str, _version: Version) -> RecordedWeek | None:
    return recorded_week(_version, as_of)


def risk(target: Mapping[str, float], as_of: str, constraints: Constraints) -> Risk | None:
    """What target weights may be expected to risk, beside equal weight, as known at a decision.

    Its contributions are in the order of the target's stocks, CASH last in it. None with too few weeks
    before the decision, and for stocks that the data do not know.
    """
    panel = market.panel()
    places = {symbol_key(symbol): place for place, symbol in enumerate(panel.symbols)}
    stocks = [symbol_key(symbol) for symbol in [*target][:-1]]
    if not places.keys() >= set(stocks):
        return None
    covariance = _covariance(panel.provenance.sha256, panel.step_at(as_of), panel)
    if covariance is None:
        return None
    weights = np.array([*target.values()][:-1])
    equal = equal_weights(len(stocks), constraints)[:-1]
    rows = [places[stock] for stock in stocks]
    return risk_of(weights, equal, covariance[np.ix_(rows, rows)])


@st.cache_resource(show_spinner=False, max_entries=16)
def _covariance(sha256: str, step: int, _panel: MarketPanel) -> Floats | None:
    return covariance_at(_panel, step)


def explanation(version: Version, portfolio: Portfolio, as_of: str) -> "Explanation":
    """Why the trade plan's weights are what they are. Raises DeskError."""
    panel, who = market.panel(), decider(version)
    return _explanation(_asked(who, panel), portfolio, panel.step_at(as_of), who, panel)


@st.cache_resource(show_spinner=False, max_entries=64)
def _explanation(
    asked: Asked, portfolio: Portfolio, step: int, _who: ChampionDecider, _panel: MarketPanel
) -> "Explanation":
    from sac.explanation import explain  # here, because it loads torch

    advice = _plan(asked, portfolio, step, _who, _panel).advice
    return explain(_who.version, _panel, step, advice)


def dates(version: Version) -> list[str]:
    """Decisions that can be looked at, newest first: the newest of the data, then the version's own."""
    panel = market.panel()
    newest = str(panel.decisions[-1])
    return [newest, *(date for date in _dates(_key(version, panel), version, panel) if date != newest)]


@st.cache_resource(show_spinner=False, max_entries=64)
def _dates(key: Key, _version: Version, _panel: MarketPanel) -> list[str]:
    return decision_dates(_version, _panel)


def _asked(who: Decider, panel: MarketPanel) -> Asked:
    parts = who.parts.values() if isinstance(who, BookDecider) else [who]
    return who.name, who.followed, tuple(_key(part.version, panel) for part in parts)


def _key(version: Version, panel: MarketPanel) -> Key:
    day = pd.Timestamp.now("America/New_York").date()  # what is fresh today is stale one day
    return version.path, panel.provenance.sha256, str(day)
