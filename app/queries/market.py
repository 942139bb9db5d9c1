"""The market data that the desk works on, and what the checks say of them or of another choice."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.market import (
    MarketChoice,
    MarketPanel,
    Survey,
    load_panel,
    market_stamp,
    read_choice,
    survey_market,
    surveyed_panel,
)

__all__ = ["panel", "survey"]


def panel() -> MarketPanel:
    """The market data that the desk works on, read again whenever the choice or a file of theirs changed."""
    data = settings().data
    return _panel(data, market_stamp(data))


def survey(choice: MarketChoice, staged: Mapping[str, bytes] | None = None, digest: str = "") -> Survey:
    """Every finding about a choice's prices. `digest` tells one set of `staged` CSV files from another."""
    data = settings().data
    return _survey(data, market_stamp(data), choice, digest, staged)


@st.cache_resource(show_spinner="Reading market data…", max_entries=2)
def _panel(data: Path, state: str) -> MarketPanel:
    choice = read_choice(data)
    # The prices of the survey, which the Data page shows: hundreds of files are read once.
    return load_panel(data) if choice.source == "sample" else surveyed_panel(data, survey(choice))


@st.cache_resource(show_spinner="Checking prices…", max_entries=4)
def _survey(
    data: Path, state: str, choice: MarketChoice, digest: str, _staged: Mapping[str, bytes] | None
) -> Survey:
    return survey_market(data, choice, _staged)
