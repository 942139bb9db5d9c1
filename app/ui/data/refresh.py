"""The refresh: its button, its progress, its result."""

import pandas as pd
import streamlit as st

from app.access import visitors
from app.formats import moment
from app.jobs.kind import NoSettings
from app.jobs.record import Job
from app.queries import jobs
from app.tasks.refresh import MARKET, REFRESH, RefreshResult, ScoredNews
from app.ui.shared.progress import progress_text
from app.ui.shared.refusals import refusals_shown
from sac.market import MarketChoice


def outcome(job: Job) -> None:
    """What a refresh came to: counts, and every failure with its reason."""
    if job.error:
        st.error(f"{job.error} ({moment(job.finished_at)})", title="The last refresh failed")
        return
    st.caption(f"Last refresh: {job.status}, {moment(job.finished_at)}, by {job.actor}.")
    result = REFRESH.result_of(job) or RefreshResult()
    for name, part in result.parts.items():
        if isinstance(part, ScoredNews):
            st.markdown(f"**News**: {part.articles:,} articles scored.")
            continue
        counts = f"{len(part.fetched)} fetched, {len(part.kept)} kept, {len(part.failed)} failed"
        st.markdown(f"**{name.capitalize()}**: {counts}.")
        if part.failed:
            st.dataframe(
                pd.DataFrame(part.failed.items(), columns=["Symbol", "Reason"]),
                hide_index=True,
                alt=f"{name.capitalize()} that could not be fetched, with the reason",
            )
    for reason in result.skipped.values():
        st.caption(f":material/info: Left out: {reason}.")


def refresh(choice: MarketChoice) -> None:
    """The button, the refresh at work, and what the last one came to."""
    st.subheader("Refresh")
    latest = jobs.refreshes()
    active = next((job for job in latest if job.active), None)
    if choice.source == "sample":
        st.caption("The sample is part of the installation and never changes.")
    why_not = visitors.refusal()
    pressed = st.button(
        "Refresh now",
        icon=":material/sync:",
        disabled=choice.source == "sample" or active is not None or why_not is not None,
        help=why_not,
        key="refresh",
    )
    if pressed:
        with refusals_shown():
            jobs.jobs().submit(REFRESH, MARKET, NoSettings(), visitors.approver())
            st.rerun()

    @st.fragment(run_every="2s" if active else None, key="refresh-job")
    def live() -> None:
        """The refresh at work; when it ends, the page is drawn again."""
        now = next((job for job in jobs.refreshes() if job.active), None)
        if now is None:
            if active:
                st.rerun()
            return
        st.progress(now.fraction, progress_text(now))
        if st.button(
            "Cancel",
            icon=":material/stop_circle:",
            disabled=why_not is not None,
            help=why_not,
            key="cancel-refresh",
        ):
            with refusals_shown():
                visitors.approver()
                jobs.jobs().cancel(now.id)
                st.rerun()

    live()
    ended = next((job for job in latest if not job.active), None)
    if ended:
        outcome(ended)
