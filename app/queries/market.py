"""The market data that the desk works on."""

from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.market import MarketPanel, load_panel, market_stamp

__all__ = ["panel"]


def panel() -> MarketPanel:
    """The market data that the desk works on, read again whenever the choice or a file of theirs changed."""
    data = settings().data
    return _panel(data, market_stamp(data))


@st.cache_resource(show_spinner="Reading market data…", max_entries=2)
def _panel(data: Path, state: str) -> MarketPanel:
    return load_panel(data)
