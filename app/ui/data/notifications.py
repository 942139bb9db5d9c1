"""Who gets digests, a test message, what waits or was given up, and the digests themselves."""

from collections.abc import Sequence
from uuid import uuid4

import pandas as pd
import streamlit as st

from app.digest.message import trial_of
from app.digest.outbox import Parcel, parcels, put
from app.digest.receivers import receivers
from app.formats import moment_of
from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.live import live
from sac.errors import SettingsError
from sac.text import plain, said

__all__ = ["notifications"]

_SHOWN = 8  # messages in the table


def notifications() -> None:
    """The whole section, closed unless a message was given up."""
    try:
        names = list(receivers())
    except SettingsError as refusal:
        st.error(said(str(refusal)), title="Digests are not sent", icon=":material/notifications_off:")
        return
    title = f"Notifications: {plain(', '.join(names)) or 'off'}"
    lost = bool(_lost(parcels(settings())[0]))
    with st.expander(title, expanded=lost, key="notifications", icon=":material/notifications:"):
        if names:
            st.markdown(f"Digests go to {plain(', '.join(names))}.")
        else:
            st.caption(
                "Nobody gets digests yet: start the desk with `SAC_DESK_SMTP_HOST` and the like for e-mail, "
                "or with the address of a webhook in `SAC_DESK_WEBHOOK_SLACK`, for example."
            )
        action(
            "Send a test message",
            _test,
            key="notify-test",
            blocked=not names,
            help=None if names else "There is nobody to send it to.",
            icon=":material/send:",
        )
        live("outbox", _at_work(), _outbox)


def _test(actor: str) -> None:
    """Leave it to the server's next look, within seconds: the table below follows it."""
    put(settings(), trial_of(f"test-{uuid4().hex[:12]}", actor))


def _at_work() -> set[str]:
    """Messages that are still to be sent to somebody."""
    return {parcel.message.key for parcel in parcels(settings())[0] if _queued(parcel)}


def _queued(parcel: Parcel) -> bool:
    return any(delivery.state == "queued" for delivery in parcel.deliveries.values())


def _outbox() -> set[str]:
    """The latest messages by receiver; those that were given up are said aloud."""
    there, damaged = parcels(settings())
    for name in damaged:
        st.warning(f"{plain(name)} in the outbox cannot be read: move it away.", icon=":material/error:")
    for name, parcel in _lost(there).items():
        st.error(
            f"{plain(name)}: {plain(parcel.deliveries[name].reason or '')}",
            title=f"{plain(parcel.message.subject)} was not sent",
            icon=":material/notification_important:",
        )
    rows = [
        {
            "To": name,
            "State": delivery.state,
            "Message": parcel.message.subject,
            "Written": moment_of(parcel.written_at),
            "Tries": delivery.tries,
            "Details": delivery.words,
        }
        for parcel in there[:_SHOWN]
        for name, delivery in parcel.deliveries.items()
    ]
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            key="outbox-rows",
            alt="The latest messages, by receiver, with their state and the last reason",
        )
    return {parcel.message.key for parcel in there if _queued(parcel)}


def _lost(there: Sequence[Parcel]) -> dict[str, Parcel]:
    """Who did not get the latest message that was to reach them."""
    latest: dict[str, Parcel] = {}
    for parcel in there:
        for name, delivery in parcel.deliveries.items():
            if delivery.state != "queued":
                latest.setdefault(name, parcel)
    return {name: one for name, one in latest.items() if one.deliveries[name].state == "failed"}
