"""The refresh: its button, its progress, its result."""

import pandas as pd
import streamlit as st

from app.formats import moment
from app.jobs.kind import NoSettings
from app.jobs.record import Job
from app.queries import jobs
from app.tasks.refresh import (
    MARKET,
    REFRESH,
    FetchedPrices,
    RefreshResult,
    ScoredNews,
    refreshable,
)
from app.ui.shared.action import action
from app.ui.shared.live import live
from app.ui.shared.progress import cancel_button, progress_text
from sac.market import MarketChoice
from sac.text import plain, said

__all__ = ["refresh"]


def refresh(choice: MarketChoice) -> None:
    """The button, the refresh at work, and the result of the last one; nothing where none would fetch."""
    latest = jobs.refreshes()
    at_work = {job.id for job in latest if job.active}
    if not refreshable(choice) and not at_work:
        return
    st.subheader("Refresh")
    action("Refresh now", _start, key="refresh", blocked=bool(at_work), icon=":material/sync:")
    live("refresh-job", at_work, _progress)
    ended = next((job for job in latest if not job.active), None)
    if ended:
        _result(ended)


def _start(actor: str) -> None:
    jobs.jobs().submit(REFRESH, MARKET, NoSettings(), actor)


def _progress() -> set[str]:
    """The refresh at work."""
    active = [job for job in jobs.refreshes() if job.active]
    for job in active:
        st.progress(job.fraction, progress_text(job))
        cancel_button("Cancel", job, key="cancel-refresh", icon=":material/stop_circle:")
    return {job.id for job in active}


def _result(job: Job) -> None:
    """Counts, and every failure with its reason."""
    if job.error:
        st.error(
            f"{said(job.error)} ({moment(job.finished_at)})",
            title="The last refresh failed",
            icon=":material/error:",
        )
        return
    st.caption(f"Last refresh: {job.status}, {moment(job.finished_at)}, by {plain(job.actor)}.")
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
        if isinstance(part, FetchedPrices) and part.corrected:
            names = "; ".join(f"{symbol} ({years})" for symbol, years in part.corrected.items())
            st.caption(f":material/info: Yahoo corrected returns of earlier years: {names}. Train again.")
    for reason in result.skipped.values():
        st.caption(f":material/info: Left out: {plain(reason)}.")
