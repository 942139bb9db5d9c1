"""The Hugging Face Hub on a page: what was sent, what waits and why, and fetching a version."""

import pandas as pd
import streamlit as st

from app.access import visitors
from app.formats import UNKNOWN, moment
from app.hub.outbox import resume, start_sending
from app.hub.pulling import PULL, PullRequest, pulled_as
from app.hub.status import Shared, came_from, shared
from app.hub.uploads import CHAMPION, uploads_of
from app.jobs.queue import Job
from app.queries import jobs
from app.settings import hub_access, settings
from app.ui.shared.labels import label
from app.ui.shared.refusals import refusals_shown
from sac.config import VARIANTS
from sac.errors import DeskError, SettingsError
from sac.hub.arrivals import origin
from sac.registry import Version

__all__ = ["hub_panel", "hub_section", "origin_note"]

STATES = {  # of the move of main -> its icon
    "sent": ":material/cloud_done:",
    "queued": ":material/cloud_upload:",
    "failed": ":material/cloud_off:",
    "not sent": ":material/cloud_off:",
}


def hub_section(first: str | None = None) -> None:
    """The whole section; `first` is the variant that it opens with, else one that is shared."""
    st.subheader("Hugging Face Hub")
    repos = hub_access().repos
    if not repos:
        st.caption(
            "Versions stay on this machine. To share those of SAC + LSTM, for example, start the desk with "
            "`HF_SAC_LSTM_MODEL_REPO=owner/name` and a token with write access in `HF_TOKEN`."
        )
        return
    variant = st.segmented_control(
        "Variant to share",
        list(VARIANTS),
        default=first if first is not None and first in repos else next(iter(repos)),
        required=True,
        format_func=label,
        key="hub-variant",
        label_visibility="collapsed",
    )
    hub_panel(variant)


def hub_panel(variant: str) -> None:
    """One variant: its repository, the state of every version, sending again, and pulling."""
    resume(settings())  # a job that was killed left its work behind
    stand = shared(settings(), variant)
    if stand.remote is None:
        st.caption(stand.problem or "")
        return
    st.markdown(
        f"[{stand.remote.repo}]({stand.remote.url('main')}) gets every new version by itself, and its branch "
        "main follows the champion."
    )
    busy = _waits(stand) or any(job.active for job in jobs.pulls(variant))

    @st.fragment(run_every="2s" if busy else None, key=f"hub-{variant}")
    def live() -> None:
        """What is on its way; when nothing is any more, the page is drawn again."""
        now, pulls = shared(settings(), variant), jobs.pulls(variant)
        _main(now)
        _table(now)
        _troubles(now)
        if pulls:
            _last_pull(pulls[0])
        if busy and not (_waits(now) or any(job.active for job in pulls)):
            st.rerun()

    live()
    why_not = visitors.refusal()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if _unsent(stand):
            st.button(
                "Send now what is missing",
                on_click=_send,
                args=(variant,),
                icon=":material/cloud_upload:",
                disabled=why_not is not None,
                help=why_not or "Also tries again at once what failed or waits.",
                key="hub-send",
            )
        with st.popover("Pull a version", icon=":material/cloud_download:", key="hub-pull"):
            st.markdown("It arrives as a challenger: nothing is promoted, and nothing in it is run.")
            st.text_input("Version", key="hub-version", placeholder="empty: the champion on main")
            st.button(
                "Pull",
                on_click=_pull,
                args=(variant,),
                type="primary",
                disabled=why_not is not None,
                help=why_not,
                key="hub-pull-now",
            )
    if "hub-answer" in st.session_state:
        st.error(st.session_state.pop("hub-answer"), icon=":material/error:")


def origin_note(version: Version) -> None:
    """Where a version came from, if it was not trained here."""
    with refusals_shown():
        source = origin(settings().registry, version.variant, version.name)
        if source:
            st.caption(
                f":material/cloud_download: Not trained here: {came_from(source)}. "
                "Its figures are its sender's; what was tried there is not in the deflated Sharpe ratio."
            )


def _unsent(stand: Shared) -> list[str]:
    """Items of the outbox that are not on the Hub: versions, and the news who is champion."""
    rows = [row.version for row in stand.versions if row.state not in ("sent", "pulled")]
    return rows + ([CHAMPION] if stand.champion and stand.champion.state != "sent" else [])


def _waits(stand: Shared) -> bool:
    return any(row and row.state == "queued" for row in (*stand.versions, stand.champion))


def _main(stand: Shared) -> None:
    """Whether main holds the champion."""
    row = stand.champion
    if row is None:
        st.caption("No champion yet, so main holds none.")
        return
    holds = "holds" if row.state == "sent" else "does not hold"
    yet = "" if row.state == "sent" else " yet"
    st.markdown(f"{STATES[row.state]} main {holds} the champion {row.version}{yet}.")


def _table(stand: Shared) -> None:
    """Every version with its state, reason and provenance."""
    if not stand.versions:
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
            for row in stand.versions
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        alt=f"Versions of {label(stand.variant)} and their state on the Hub",
    )


def _troubles(stand: Shared) -> None:
    """Why something is not there yet, once for all that share the reason."""
    rows = [row for row in (*stand.versions, stand.champion) if row and row.reason]
    for reason in dict.fromkeys(row.reason for row in rows):
        held = [row for row in rows if row.reason == reason]
        tries = [row.next_try for row in held if row.next_try]
        if tries:
            st.warning(f"{reason} Next try {moment(min(tries))}.", title="Waiting for the Hub")
        else:
            st.error(f"{reason} Then send again.", title="Not sent")


def _last_pull(job: Job) -> None:
    """The latest pull: at work, refused, or what it brought."""
    request, result = PULL.request_of(job), PULL.result_of(job)
    asked = (request and request.version) or "the champion"
    if job.active:
        st.progress(job.fraction, f"Pulling {asked}: {job.message}")
    elif result:
        here = "is here as a challenger" if result.new else "was here already, byte for byte"
        st.caption(f"Last pull, {moment(job.finished_at)}: `{result.version}` {here}.")
    else:
        reason = job.error or "It was cancelled, and nothing was installed."
        st.warning(f"{reason} ({moment(job.finished_at)})", title=f"{asked} could not be pulled")


def _send(variant: str) -> None:
    """Queue what is missing, now."""
    root = settings()
    try:
        visitors.approver()
        stand = shared(root, variant)
        if stand.remote is None:
            raise SettingsError(stand.problem or "This variant is not shared.")
        for item in _unsent(stand):
            uploads_of(root).ask(stand.remote.repo, variant, item)
        start_sending(root)
    except DeskError as refusal:
        st.session_state["hub-answer"] = str(refusal)


def _pull(variant: str) -> None:
    """Start a pull of the version that was typed in, or of the champion."""
    name = st.session_state["hub-version"].strip() or None
    try:
        actor = visitors.approver()
        jobs.jobs().submit(PULL, pulled_as(variant), PullRequest(variant=variant, version=name), actor)
    except DeskError as refusal:
        st.session_state["hub-answer"] = str(refusal)
