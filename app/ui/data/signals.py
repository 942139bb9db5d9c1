"""What of the news and reports is not used as it stands in their files."""

import pandas as pd
import streamlit as st

from sac.market.findings import SignalFindings

__all__ = ["not_used"]


def not_used(findings: SignalFindings) -> None:
    """Counts, and every finding by name; nothing where there is none."""
    if not findings.counts:
        return
    st.caption(f":material/info: {' '.join(findings.counts)}")
    st.dataframe(
        pd.DataFrame(findings.table, columns=["Symbol", "Quarter to", "Finding"]),
        hide_index=True,
        key="not-used",
        alt="What of the news and reports is not used as it is written, by symbol, with the reason",
    )
