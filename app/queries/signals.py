"""What of the news and reports the desk does not use."""

from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.market import market_stamp
from sac.market.findings import SignalFindings
from sac.market.findings import signal_findings as findings_of

__all__ = ["signal_findings"]


def signal_findings() -> SignalFindings:
    """The findings for the chosen universe."""
    data = settings().data
    return _findings(data, market_stamp(data))


@st.cache_data(show_spinner=False, max_entries=2)
def _findings(data: Path, state: str) -> SignalFindings:
    return findings_of(data)
