"""What of a variant is on the Hub, what is on its way, and what went wrong."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.formats import UNKNOWN, moment
from app.hub.pulling import PULL
from app.hub.status import Shared, came_from
from app.jobs.queue import Job
from app.ui.shared.labels import label
from sac.text import code, plain, said

__all__ = ["on_its_way", "show_status"]

STATES = {  # of the move of main -> its icon
    "sent": ":material/cloud_done:",
    "queued": ":material/cloud_upload:",
    "failed": ":material/cloud_off:",
    "not sent": ":material/cloud_off:",
}


def on_its_way(status: Shared, pulls: Sequence[Job]) -> set[str]:
    """What is queued or pulled right now."""
    queued = {row.version for row in (*status.versions, status.champion) if row and row.state == "queued"}
    return queued | {job.id for job in pulls if job.active}


def show_status(status: Shared, pulls: Sequence[Job]) -> set[str]:
    """Main, every version, troubles and the last pull; returns what is on its way."""
    _main(status)
    _table(status)
    _troubles(status)
    if pulls:
        _last_pull(pulls[0])
    return on_its_way(status, pulls)


def _main(status: Shared) -> None:
    """Whether main holds the champion."""
    row = status.champion
    if row is None:
        st.caption("No champion yet, so main holds none.")
        return
    holds = "holds" if row.state == "sent" else "does not hold"
    yet = "" if row.state == "sent" else " yet"
    st.markdown(f"{STATES[row.state]} main {holds} the champion {row.version}{yet}.")


def _table(status: Shared) -> None:
    """Every version with its state, reason and provenance."""
    if not status.versions:
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Version": row.version,
                "On the Hub": row.state,
                "Since": moment(row.changed_at) if row.changed_at else "",
                "Commit": (row.commit or "")[:8],
                "Came from": came_from(row.origin) if row.origin else "trained here",
            }
            for row in status.versions
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        alt=f"Versions of {label(status.variant)} and their state on the Hub",
    )


def _troubles(status: Shared) -> None:
    """Why something is not there yet, once for all that share the reason."""
    rows = [row for row in (*status.versions, status.champion) if row and row.reason]
    for reason in dict.fromkeys(row.reason for row in rows):
        tries = [row.next_try for row in rows if row.reason == reason and row.next_try]
        if tries:
            st.warning(
                f"{said(reason or '')} Next try {moment(min(tries))}.",
                title="Waiting for the Hub",
                icon=":material/cloud_upload:",
            )
        else:
            st.error(f"{said(reason or '')} Then send again.", title="Not sent", icon=":material/cloud_off:")


def _last_pull(job: Job) -> None:
    """The latest pull: at work, refused, or what it brought."""
    request, result = PULL.request_of(job), PULL.result_of(job)
    asked = (request and request.version) or "the champion"
    if job.active:
        st.progress(job.fraction, f"Pulling {plain(asked)}: {said(job.message)}")
    elif result:
        here = "is here as a challenger" if result.new else "was here already, byte for byte"
        st.caption(f"Last pull, {moment(job.finished_at)}: {code(result.version)} {here}.")
    else:
        reason = job.error or "It was cancelled, and nothing was installed."
        st.warning(
            f"{said(reason)} ({moment(job.finished_at)})",
            title=f"{plain(asked)} could not be pulled",
            icon=":material/cloud_off:",
        )
