"""The digests of the weeks, as they were sent."""

import streamlit as st

from app.settings import settings
from app.week.kept import digest_of_week, weeks

__all__ = ["digests"]

_HEIGHT = 640  # pixels


def digests() -> None:
    """One week's digest, as the page that was sent and as a file; nothing before the first."""
    root = settings()
    there = [week for week in weeks(root) if digest_of_week(root, week, "html")]
    if not there:
        return
    with st.expander("Digests", key="digests", icon=":material/mail:", on_change="rerun") as panel:
        if not panel.open:
            return
        week = st.selectbox("Week decided on", there, key="digest-week")
        page, text = (digest_of_week(root, week, form) or "" for form in ("html", "txt"))
        as_page, as_text = st.tabs(["As a page", "As plain text"])
        with as_page:
            st.iframe(page, height=_HEIGHT, alt=f"The digest of the week decided on {week}")
        as_text.code(text, language=None, height=_HEIGHT)
        st.download_button(
            "Digest as HTML",
            page,
            f"digest-{week}.html",
            "text/html",
            key="digest-html",
            icon=":material/download:",
            on_click="ignore",
        )
