"""What can be taken away from a comparison."""

import streamlit as st

from app.ui.compare import report
from app.ui.compare.comparison import Comparison
from app.ui.shared.downloads import csv_button
from sac.evidence.comparison import weekly_returns, weekly_weights
from sac.text import csv_of

__all__ = ["downloads"]


def downloads(comparison: Comparison) -> None:
    """The report, and what is behind its charts."""
    span = ("agents_" if comparison.own else "") + comparison.span.replace(" to ", "_")
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: report.html(comparison),
            f"comparison_{span}.html",
            "text/html",
            on_click="ignore",
            icon=":material/description:",
            help="All tables and charts in one file that opens without a network.",
        )
        csv_button(
            "Weekly returns",
            lambda: csv_of(weekly_returns(comparison.backtests)),
            f"returns_{span}.csv",
        )
        csv_button(
            "Weekly weights",
            lambda: csv_of(weekly_weights(comparison.backtests), index=True),
            f"weights_{span}.csv",
        )
