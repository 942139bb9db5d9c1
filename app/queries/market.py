"""The market data that the desk works on."""

from pathlib import Path

import streamlit as st

from app.queries.stamps import stamp
from app.settings import settings
from sac.market import MarketPanel, load_panel

__all__ = ["panel"]


MARKET_PARTS = ("market.toml", "raw", "output")  # of the data root: what `load_panel` reads


def panel() -> MarketPanel:
    """The market data that the desk works on, read again whenever the choice or a file of theirs changed."""
    home = settings().data
    return _panel(home, "".join(stamp(home / part) for part in MARKET_PARTS))


@st.cache_resource(show_spinner="Reading market data…", max_entries=2)
def _panel(home: Path, state: str) -> MarketPanel:
    return load_panel(home)
