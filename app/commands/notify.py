"""`sac-desk notify`: who gets digests, what waits for them, and a test message."""

import argparse
import time
from dataclasses import asdict
from getpass import getuser
from uuid import uuid4

from app.commands.printing import print_json, say
from app.digest.message import trial_of
from app.digest.outbox import Parcel, deliver, parcels, put
from app.digest.receivers import receivers
from app.formats import moment_of
from app.settings import Settings, settings
from sac.errors import DeskError, SettingsError

__all__ = ["add"]

PATIENCE_SECONDS = 300.0  # for a server that is sending
_PAUSE = 0.5  # seconds between two looks at it
_UNSET = (
    "Nobody gets digests: set SAC_DESK_SMTP_HOST or a SAC_DESK_WEBHOOK_… variable (docs/notifications.md)."
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("notify", help="who gets digests, what waits, and a test message")
    command.set_defaults(command=notify)
    command.add_argument("--test", action="store_true", help="send a test message to every receiver")


def notify(options: argparse.Namespace) -> None:
    """Print the receivers and the outbox, or send a test message."""
    root, names = settings(), list(receivers())
    if options.test:
        _test(root, names, options.json)
        return
    there, damaged = parcels(root)
    if options.json:
        rows = [{"key": p.message.key, "receivers": _plain(p)} for p in there]
        print_json({"receivers": names, "outbox": rows, "damaged": damaged})
        return
    say(f"Receivers: {', '.join(names)}" if names else _UNSET)
    for parcel in there:
        say(f"{parcel.message.subject} ({moment_of(parcel.written_at)})")
        for name, delivery in parcel.deliveries.items():
            say(f"  {name}: {delivery.words}")
    for name in damaged:
        say(f"Note: {name} in the outbox cannot be read: move it away.")


def _test(root: Settings, names: list[str], as_json: bool) -> None:
    if not names:
        raise SettingsError(_UNSET)
    message = trial_of(f"test-{uuid4().hex[:12]}", getuser())
    put(root, message)
    parcel = _ended(root, message.key)
    if as_json:
        print_json({"receivers": _plain(parcel)})
    else:
        for name, delivery in parcel.deliveries.items():
            say(f"{name}: {delivery.words}")
    missed = [name for name, delivery in parcel.deliveries.items() if delivery.state != "sent"]
    if missed:
        raise DeskError(f"Not sent: {', '.join(missed)}.")


def _ended(root: Settings, key: str) -> Parcel:
    """The message when every try is over, here or in a server that looks at the outbox too."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        deliver(root)
        parcel = next(one for one in parcels(root)[0] if one.message.key == key)
        states = {delivery.state for delivery in parcel.deliveries.values()}
        if "queued" not in states or time.monotonic() > until:
            return parcel
        time.sleep(_PAUSE)


def _plain(parcel: Parcel) -> dict[str, object]:
    return {name: asdict(delivery) for name, delivery in parcel.deliveries.items()}
