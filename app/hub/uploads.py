"""Upload tasks: what is to be sent to the Hugging Face Hub, what was, and what could not be."""

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.jobs.backoff import Backoff
from app.settings import Settings
from sac.database import Database

__all__ = ["CHAMPION", "State", "UploadStore", "UploadTask", "uploads_of"]

State = Literal["queued", "sent", "failed"]

CHAMPION = "champion"  # in place of a version's name: whoever is champion at the moment of sending
FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0  # seconds before the second try, and at most
_BACKOFF = Backoff(FIRST_WAIT, LONGEST_WAIT)

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE parcels (
    repo TEXT NOT NULL,
    variant TEXT NOT NULL,
    item TEXT NOT NULL,
    state TEXT NOT NULL,
    asks INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    due_at REAL NOT NULL,
    changed_at REAL NOT NULL,
    reason TEXT,
    version TEXT,
    commit_sha TEXT,
    PRIMARY KEY (repo, variant, item)
);
"""


@dataclass(frozen=True)
class UploadTask:
    """One thing to send: a version, or the news who is champion. Times are seconds since 1970."""

    repo: str
    variant: str
    item: str  # a version's name, or CHAMPION
    state: State
    asks: int  # how often it was asked for: an outcome counts for the requests before it
    tries: int  # failed ones in a row
    due_at: float  # of the next try
    changed_at: float
    reason: str | None  # why the last try failed, for the user
    version: str | None  # what was sent
    commit_sha: str | None  # and its commit

    def wait(self, now: float) -> float:
        """Seconds until the next try."""
        return _BACKOFF.left(self.due_at, self.tries, now)

    @property
    def name(self) -> str:
        """What is sent, in a sentence."""
        return f"{self.variant}'s champion" if self.item == CHAMPION else f"{self.variant} {self.item}"


class UploadStore:
    """The outbox of one data root. Every change is one transaction, so a killed process loses no task."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = Database(folder / "outbox.sqlite3", SCHEMA, SCHEMA_VERSION)

    def ask(self, repo: str, variant: str, item: str) -> None:
        """Queue it now. A version that was sent stays sent; who is champion is sent again."""
        with self._database.connection() as db:
            db.execute(
                "INSERT INTO parcels (repo, variant, item, state, asks, tries, due_at, changed_at)"
                " VALUES (?1, ?2, ?3, 'queued', 1, 0, ?4, ?4)"
                " ON CONFLICT DO UPDATE SET state = 'queued', asks = asks + 1, tries = 0, due_at = ?4,"
                " changed_at = ?4, reason = NULL WHERE state != 'sent' OR item = ?5",
                (repo, variant, item, time.time(), CHAMPION),
            )

    def next(self) -> UploadTask | None:
        """The queued task that is due first, now or later."""
        return next(iter(self._rows("state = 'queued' ORDER BY due_at, changed_at LIMIT 1")), None)

    def get(self, repo: str, variant: str, item: str) -> UploadTask | None:
        """One task; None where it was never asked for."""
        return next(iter(self._rows("repo = ? AND variant = ? AND item = ?", repo, variant, item)), None)

    def of(self, repo: str, variant: str) -> dict[str, UploadTask]:
        """All tasks of a repository, by item."""
        return {row.item: row for row in self._rows("repo = ? AND variant = ?", repo, variant)}

    def sent(self, task: UploadTask, version: str, commit: str) -> None:
        """It arrived; it stays queued where it was asked for again in the meantime."""
        self._set(task, state="sent", tries=0, reason=None, version=version, commit_sha=commit)

    def put_off(self, task: UploadTask, reason: str) -> None:
        """Try again later, twice as late as the last time."""
        due = time.time() + _BACKOFF.pause(task.tries + 1)
        self._set(task, tries=task.tries + 1, reason=reason, due_at=due)

    def give_up(self, task: UploadTask, reason: str) -> None:
        """Wait for somebody who removes the cause and asks again."""
        self._set(task, state="failed", tries=task.tries + 1, reason=reason)

    def _set(self, task: UploadTask, **columns: str | float | None) -> None:
        assignments = ", ".join(f"{name} = ?" for name in columns)
        key = (task.repo, task.variant, task.item, task.asks)
        with self._database.connection() as db:
            db.execute(
                f"UPDATE parcels SET {assignments}, changed_at = ?"
                " WHERE repo = ? AND variant = ? AND item = ? AND asks = ?",
                (*columns.values(), time.time(), *key),
            )

    def _rows(self, condition: str, *values: str) -> list[UploadTask]:
        with self._database.reading() as db:
            rows = db.execute(f"SELECT * FROM parcels WHERE {condition}", values)
            return [UploadTask(**dict(row)) for row in rows]


@lru_cache(maxsize=4)
def uploads_of(root: Settings) -> UploadStore:
    """The outbox of a data root: one object a process."""
    return UploadStore(root.hub)
