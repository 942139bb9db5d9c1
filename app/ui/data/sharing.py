"""Sharing through the Hugging Face Hub: what was sent, what is pending and why, and fetching a version."""

import streamlit as st

from app.hub.outbox import resume, start_sending
from app.hub.pulling import PULL, PullRequest, pulled_as
from app.hub.status import Shared, shared
from app.hub.uploads import CHAMPION, uploads_of
from app.queries import jobs
from app.settings import hub_access, settings
from app.ui.data.sharing_status import on_its_way, show_status
from app.ui.shared.action import action
from app.ui.shared.flash import flash
from app.ui.shared.labels import label
from app.ui.shared.links import strip
from app.ui.shared.live import live
from sac.config import VARIANTS
from sac.errors import SettingsError
from sac.text import said

__all__ = ["sharing"]

ANSWER = "hub"  # where a refusal is said: below both buttons


def sharing() -> None:
    """The whole section: closed, for it settles nothing that a page shows."""
    repos = hub_access().repos
    title = f"Sharing: {len(repos)} variant{'s' * (len(repos) != 1)}" if repos else "Sharing: off"
    with st.expander(title, key="sharing", icon=":material/cloud_upload:"):
        if not repos:
            st.caption(
                "Versions stay on this machine. To share those of SAC + LSTM, for example, start the desk "
                "with `HF_SAC_LSTM_MODEL_REPO=owner/name` and a token with write access in `HF_TOKEN`."
            )
            return
        variant = strip(
            "Variant to share",
            list(VARIANTS),
            default=next(iter(repos)),
            format_func=label,
            key="hub-variant",
        )
        _panel(variant)


def _panel(variant: str) -> None:
    """One variant: its repository, the state of every version, sending again, and pulling."""
    resume(settings())  # a job that was killed left its work behind
    status = shared(settings(), variant)
    if status.remote is None:
        st.caption(said(status.problem or ""))
        return
    st.markdown(
        f"[{status.remote.repo}]({status.remote.url('main')}) receives every new version; its branch main "
        "follows the champion."
    )
    live(
        f"hub-{variant}",
        on_its_way(status, jobs.pulls(variant)),
        lambda: show_status(shared(settings(), variant), jobs.pulls(variant)),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if _unsent(status):
            action(
                "Send what is missing",
                lambda actor: _send(variant),
                key="hub-send",
                said_at=ANSWER,
                help="Also tries again at once what failed or is queued.",
                icon=":material/cloud_upload:",
            )
        with st.popover("Pull a version", icon=":material/cloud_download:", key="hub-pull"):
            st.markdown("It arrives as a challenger: nothing is promoted, and nothing in it is run.")
            st.text_input("Version", key="hub-version", placeholder="empty: the champion on main")
            action(
                "Pull",
                lambda actor: _pull(variant, actor),
                key="hub-pull-now",
                said_at=ANSWER,
                type="primary",
            )
    flash(ANSWER)


def _unsent(status: Shared) -> list[str]:
    """Items of the outbox that are not on the Hub: versions, and the news who is champion."""
    rows = [row.version for row in status.versions if row.state not in ("sent", "pulled")]
    return rows + ([CHAMPION] if status.champion and status.champion.state != "sent" else [])


def _send(variant: str) -> None:
    """Queue what is missing, now."""
    status = shared(settings(), variant)
    if status.remote is None:
        raise SettingsError(status.problem or "This variant is not shared.")
    for item in _unsent(status):
        uploads_of(settings()).ask(status.remote.repo, variant, item)
    start_sending(settings())


def _pull(variant: str, actor: str) -> None:
    """Start a pull of the version that was typed in, or of the champion."""
    name = st.session_state["hub-version"].strip() or None
    jobs.jobs().submit(PULL, pulled_as(variant), PullRequest(variant=variant, version=name), actor)
