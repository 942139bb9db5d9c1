"""What the Weights page asks the engine, cached until the data or the day change."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.holdings.plan import Plan, planned
from app.holdings.portfolio import Portfolio
from app.queries import market
from app.settings import settings
from sac.book import ChampionDecider
from sac.config import FollowChoice
from sac.market import MarketPanel
from sac.promotion.following import follow_of
from sac.registry import Version

if TYPE_CHECKING:
    from sac.explanation import Explanation
    from sac.inference import Recommendation

__all__ = ["dates", "explanation", "from_cash", "plan"]

Key = tuple[Path, str, str]  # versions never change, data and the day do


def plan(version: Version, portfolio: Portfolio, as_of: str) -> Plan:
    """Advice and orders. Raises DeskError."""
    panel = market.panel()
    return _plan(_key(version, panel), portfolio, panel.step_at(as_of), _follow(version), version, panel)


@st.cache_resource(show_spinner="Asking the model for its weights…", max_entries=64)
def _plan(
    key: Key,
    portfolio: Portfolio,
    step: int,
    follow: FollowChoice,
    _version: Version,
    _panel: MarketPanel,
) -> Plan:
    return planned(ChampionDecider(_version, follow, settings().cache), _panel, portfolio, step)


def from_cash(version: Version) -> "Recommendation":
    """What a version would buy this week for somebody who holds cash only. Raises DeskError."""
    return plan(version, Portfolio(cash=1.0), str(market.panel().decisions[-1])).advice


def explanation(version: Version, portfolio: Portfolio, as_of: str) -> "Explanation":
    """Why the trade plan's weights are what they are. Raises DeskError."""
    panel = market.panel()
    step, follow = panel.step_at(as_of), _follow(version)
    return _explanation(_key(version, panel), portfolio, step, follow, version, panel)


@st.cache_resource(show_spinner=False, max_entries=64)
def _explanation(
    key: Key,
    portfolio: Portfolio,
    step: int,
    follow: FollowChoice,
    _version: Version,
    _panel: MarketPanel,
) -> "Explanation":
    from sac.explanation import explain  # here, because it loads torch

    advice = _plan(key, portfolio, step, follow, _version, _panel).advice
    return explain(_version, _panel, step, advice)


def dates(version: Version) -> list[str]:
    """Decisions that can be looked at, newest first: the newest of the data, then the version's own."""
    panel = market.panel()
    newest = str(panel.decisions[-1])
    return [newest, *(date for date in _dates(_key(version, panel), version, panel) if date != newest)]


@st.cache_resource(show_spinner="Loading the model…", max_entries=64)
def _dates(key: Key, _version: Version, _panel: MarketPanel) -> list[str]:
    from sac.inference import decision_dates  # here, because it loads torch

    return decision_dates(_version, _panel)


def _follow(version: Version) -> FollowChoice:
    return follow_of(settings().registry, version.variant, version.name)


def _key(version: Version, panel: MarketPanel) -> Key:
    day = pd.Timestamp.now("America/New_York").date()  # what is fresh today is stale one day
    return version.path, panel.provenance.sha256, str(day)
