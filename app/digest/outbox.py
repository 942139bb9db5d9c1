"""The outbox of messages: written down at once, sent by whoever looks next, once to every receiver.

A message is one file in `data/outbox`; when all its receivers have it, or will not get it, what remains of it
is a file in `data/outbox/done`. The server looks every few seconds, and a weekly run at its end.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from app.digest.content import Digest
from app.digest.message import Message, message_of
from app.digest.receivers import Receiver, receivers
from app.digest.sending import Unsent
from app.formats import moment_of
from app.jobs.backoff import Backoff
from app.settings import Settings
from sac.database import patiently
from sac.errors import SettingsError, StorageError
from sac.files import explained, replace_file

__all__ = ["Delivered", "Delivery", "Parcel", "deliver", "enqueue", "parcels", "put"]

FIRST_WAIT, LONGEST_WAIT = 60.0, 4 * 3600.0  # seconds before the second try, and at most
_BACKOFF = Backoff(FIRST_WAIT, LONGEST_WAIT)

State = Literal["queued", "sent", "failed"]


@dataclass(frozen=True)
class Delivery:
    """How a message fares with one receiver. Times are seconds since 1970."""

    state: State = "queued"
    tries: int = 0
    due_at: float = 0.0  # of the next try
    changed_at: float = 0.0
    reason: str | None = None  # why the last try failed, for the user; never with a secret

    def wait(self, now: float) -> float:
        """Seconds until the next try."""
        return _BACKOFF.left(self.due_at, self.tries, now)

    @property
    def words(self) -> str:
        """The state in words."""
        if self.state == "queued":
            then = f"tried again {moment_of(self.due_at)}" if self.tries else "not tried yet"
            return f"waits, {then}{f' ({self.reason})' if self.reason else ''}"
        if self.state == "sent":
            return f"sent {moment_of(self.changed_at)}"
        tries = f"{self.tries} {'try' if self.tries == 1 else 'tries'}"
        return f"given up after {tries}, {moment_of(self.changed_at)} ({self.reason})"


@dataclass(frozen=True)
class Parcel:
    """A message and its receivers."""

    message: Message
    written_at: float  # seconds since 1970
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)  # by receiver; empty: none known yet

    def waits(self, now: float) -> bool:
        """Whether a receiver is still to get it, or none is known yet and it is not too late for one."""
        if not self.deliveries:
            return now - self.written_at <= self.message.patience
        return any(delivery.state == "queued" for delivery in self.deliveries.values())

    def having(self, receiver: str, delivery: Delivery) -> "Parcel":
        """The same message after news of one receiver."""
        return replace(self, deliveries={**self.deliveries, receiver: delivery})


@dataclass(frozen=True)
class Delivered:
    """What came of a look at the outbox: deliveries that ended, and those that wait."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0


_FORMAT = TypeAdapter(Parcel)


def enqueue(root: Settings, digest: Digest) -> bool:
    """Have a week's digest sent; False where it was handed over before. Raises StorageError."""
    return put(root, message_of(digest))


def put(root: Settings, message: Message) -> bool:
    """Have a message sent; False where one of its key was handed over before. Raises StorageError."""
    path, done = _places(root, message.key)
    known: dict[str, Delivery] = {}
    with suppress(SettingsError):  # written all the same: whoever sends says what is wrong
        known = {name: Delivery() for name in receivers()}
    with explained(root.outbox):
        root.outbox.mkdir(parents=True, exist_ok=True)
        with FileLock(root.outbox / ".writing.lock"):
            if path.exists() or done.exists():
                return False
            _write(path, Parcel(message, time.time(), known))
    return True


def deliver(root: Settings) -> Delivered:
    """Try once what is due, and write down the outcome; nothing where another process is at it.

    Raises StorageError where the outbox cannot be read or written, and SettingsError for receivers that
    cannot be meant.
    """
    waiting = sorted(root.outbox.glob("*.json"))
    if not waiting:
        return Delivered()
    known, outcomes = receivers(), []
    try:
        with explained(root.outbox), FileLock(root.outbox / ".sending.lock", timeout=0):
            for path in waiting:
                if parcel := _read(path):
                    outcomes += _handled(root, parcel, known)
    except Timeout:
        pass
    return Delivered(*(outcomes.count(state) for state in ("sent", "failed", "queued")))


def parcels(root: Settings) -> tuple[list[Parcel], list[str]]:
    """Everything that waits and what became of the rest, newest first; and files that cannot be read."""
    read = {path: _read(path) for path in (*root.outbox.glob("*.json"), *root.outbox.glob("done/*.json"))}
    there = [parcel for parcel in read.values() if parcel]
    # A process that was killed between two writes leaves a message in both places: the rest comes last.
    newest = {parcel.message.key: parcel for parcel in there}
    damaged = [path.name for path, parcel in read.items() if parcel is None and path.exists()]
    return sorted(newest.values(), key=lambda parcel: parcel.written_at, reverse=True), damaged


def _handled(root: Settings, parcel: Parcel, known: Mapping[str, Receiver]) -> list[State]:
    """Try a message with all for whom it is due; the states that changed, and those that wait."""
    path, done = _places(root, parcel.message.key)
    if not parcel.deliveries and known:
        parcel = replace(parcel, deliveries={name: Delivery() for name in known})
    before = parcel
    for name in parcel.deliveries:
        parcel = _tried(path, parcel, name, known.get(name))
    if not parcel.waits(time.time()):
        rest = replace(parcel.message, text="", html="", data={})
        _write(done, replace(parcel, message=rest))
        with explained(path):
            path.unlink(missing_ok=True)
    states = {name: delivery.state for name, delivery in parcel.deliveries.items()}
    return [state for name, state in states.items() if before.deliveries[name].state == "queued"]


def _tried(path: Path, parcel: Parcel, name: str, receiver: Receiver | None) -> Parcel:
    """The message after one try with a receiver, if one is due."""
    delivery, now = parcel.deliveries[name], time.time()
    late = now - parcel.written_at > parcel.message.patience
    if delivery.state != "queued" or delivery.wait(now):
        return parcel
    if receiver is None:  # another process may know it
        gone = replace(delivery, state="failed", changed_at=now, reason="It is not configured any more.")
        return parcel.having(name, gone) if late else parcel
    tries = delivery.tries + 1
    trying = replace(delivery, tries=tries, due_at=now + _BACKOFF.pause(tries), changed_at=now)
    _write(path, parcel.having(name, trying))  # a disk that keeps no record must not make it be sent again
    reason = _refusal(receiver, parcel.message)
    state: State = "sent" if reason is None else "failed" if late else "queued"
    after = parcel.having(name, replace(trying, state=state, changed_at=time.time(), reason=reason))
    patiently(lambda: _write(path, after), passing=StorageError)
    return after


def _refusal(receiver: Receiver, message: Message) -> str | None:
    """Why a receiver did not get a message; None where it did."""
    try:
        receiver.send(message)
    except Unsent as unsent:
        return str(unsent)
    except Exception:  # one receiver's bad luck must not hold up the others; its words may be secret
        return "An error that nobody foresaw."
    return None


def _places(root: Settings, key: str) -> tuple[Path, Path]:
    """Where a message waits, and where what remains of it is kept."""
    return root.outbox / f"{key}.json", root.outbox / "done" / f"{key}.json"


def _read(path: Path) -> Parcel | None:
    """A message; None where it is gone meanwhile, or cannot be read."""
    try:
        return _FORMAT.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _write(path: Path, parcel: Parcel) -> None:
    replace_file(path, _FORMAT.dump_json(parcel, indent=1))
