"""The market data that the desk works on."""

from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.market import MarketPanel, load_panel, market_stamp
from sac.market.findings import SignalFindings
from sac.market.findings import signal_findings as findings_of

__all__ = ["panel", "signal_findings"]


def panel() -> MarketPanel:
    """The market data that the desk works on, read again whenever the choice or a file of theirs changed."""
    data = settings().data
    return _panel(data, market_stamp(data))


def signal_findings(symbols: tuple[str, ...]) -> SignalFindings:
    """What of the news and reports is not used as it is written, for a universe."""
    data = settings().data
    return _findings(data, symbols, market_stamp(data))


@st.cache_data(show_spinner=False, max_entries=2)
def _findings(data: Path, symbols: tuple[str, ...], state: str) -> SignalFindings:
    return findings_of(data, symbols)


@st.cache_resource(show_spinner="Reading market data…", max_entries=2)
def _panel(data: Path, state: str) -> MarketPanel:
    return load_panel(data)
