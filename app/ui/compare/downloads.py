"""What can be taken away from a comparison."""

import streamlit as st

from app.ui.compare import report
from app.ui.compare.comparison import Comparison
from sac.evidence.comparison import weekly_returns, weekly_weights


def downloads(found: Comparison) -> None:
    """Everything to take away."""
    file = found.span.replace(" to ", "_")
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: report.html(found),
            f"comparison_{file}.html",
            "text/html",
            on_click="ignore",
            icon=":material/description:",
            help="All tables and charts in one file that opens without a network.",
        )
        st.download_button(
            "Weekly returns (CSV)",
            lambda: weekly_returns(found.walks).to_csv(index=False),
            f"returns_{file}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Weekly weights (CSV)",
            lambda: weekly_weights(found.walks).to_csv(),
            f"weights_{file}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
