"""Records of jobs: one SQLite file that the server and every worker read and write."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from app.jobs.record import ACTIVE, MESSAGES, Job, JobConflict, JobNotFound, Status
from app.jobs.rows import job_of
from sac.database import Database
from sac.errors import StorageError
from sac.progress import Progress

__all__ = ["JobStore"]

SCHEMA_VERSION = 1
SCHEMA = f"""
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    variant TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    actor TEXT NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    fraction REAL NOT NULL DEFAULT 0,
    eta_seconds REAL,
    message TEXT NOT NULL,
    error TEXT,
    result TEXT,
    created_at TEXT NOT NULL,
    started_at TEXT,
    cancelled_at TEXT,
    finished_at TEXT,
    pid INTEGER
);
CREATE UNIQUE INDEX one_active_job_per_variant ON jobs (variant) WHERE status IN {ACTIVE};
CREATE TABLE points (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    update_no INTEGER NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (job_id, update_no)
);
"""


def _figures(text: str) -> dict[str, float]:
    """A point of a curve; empty where it is damaged."""
    try:
        figures = json.loads(text)
    except ValueError:
        return {}
    whole = type(figures) is dict and all(type(value) in (int, float) for value in figures.values())
    return figures if whole else {}


def _now() -> str:
    return datetime.now(UTC).isoformat()


class JobStore:
    """The table of jobs and their learning curves under one folder.

    Every change of a status names the statuses that it may replace, so that a worker, a server and a
    second server can write at the same moment and the first truth stands.
    """

    def __init__(self, folder: Path) -> None:
        """Raises DeskError for a folder that another version wrote."""
        self._database = Database(folder / "jobs.sqlite3", SCHEMA, SCHEMA_VERSION)
        with suppress(StorageError), self._database.connection():
            pass  # made where it can be; where not, each use says why

    def add(
        self,
        job_id: str,
        subject: str,
        kind: str,
        request: Mapping[str, Any],
        actor: str,
        unseen: Callable[[], object] = bool,
    ) -> None:
        """A new queued job. Raises JobConflict when the subject has an active one.

        `unseen`: what to do once the job is certain, before another process sees it.
        """
        try:
            with self._database.transaction() as db:
                db.execute(
                    "INSERT INTO jobs (id, variant, kind, request, actor, status, message, created_at)"
                    " VALUES (?, ?, ?, ?, ?, 'queued', 'Starting', ?)",
                    (job_id, subject, kind, json.dumps(request), actor, _now()),
                )
                unseen()
        except sqlite3.IntegrityError:
            raise JobConflict(
                f"{subject} has an active job.",
                next((job.id for job in self.active() if job.subject == subject), None),
            ) from None

    def get(self, job_id: str) -> Job:
        """One job. Raises JobNotFound."""
        with self._database.reading() as db:
            row = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobNotFound(f"There is no job {job_id!r}.")
        return job_of(row)

    def newest(self, limit: int, kinds: Sequence[str] = ()) -> list[Job]:
        """The latest jobs of these kinds, of all where none is named. Clocks are set, rows are added."""
        only = f"WHERE kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        with self._database.reading() as db:
            rows = db.execute(f"SELECT * FROM jobs {only} ORDER BY rowid DESC LIMIT ?", (*kinds, limit))
            return [job_of(row) for row in rows]

    def active(self) -> list[Job]:
        """Those that wait or work, in the order in which they came."""
        with self._database.reading() as db:
            rows = db.execute(f"SELECT * FROM jobs WHERE status IN {ACTIVE} ORDER BY rowid")
            return [job_of(row) for row in rows]

    def claim(self, job_id: str, pid: int) -> bool:
        """Make a worker the job's own; False when the job has ended, or another worker was faster."""
        return self._change("pid = ?", (pid,), job_id, ACTIVE, "AND pid IS NULL")

    def wait(self, job_id: str, message: str) -> bool:
        """What a queued job waits for; False when it is to stop."""
        return self._change("message = ?", (message,), job_id, ("queued",))

    def start(self, job_id: str) -> bool:
        """The job's turn has come; False when it is to stop."""
        return self._change(
            "status = 'running', message = 'Starting', started_at = ?", (_now(),), job_id, ("queued",)
        )

    def advance(self, job_id: str, progress: Progress) -> bool:
        """Write one look at the work and its point of the learning curve; False when it is to stop."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "UPDATE jobs SET stage = ?, fraction = ?, message = ?, eta_seconds = ?"
                " WHERE id = ? AND status = 'running'",
                (progress.stage, progress.fraction, progress.message, progress.eta_seconds, job_id),
            )
            if cursor.rowcount == 1 and progress.curve:
                figures = {name: float(value) for name, value in progress.curve.items() if name != "update"}
                db.execute(
                    "INSERT OR REPLACE INTO points VALUES (?, ?, ?)",
                    (job_id, int(progress.curve["update"]), json.dumps(figures)),
                )
        return cursor.rowcount == 1

    def ask_to_stop(self, job_id: str) -> bool:
        """False when the job was not waiting or running."""
        return self._change(
            "status = 'cancelling', message = 'Cancelling', eta_seconds = NULL, cancelled_at = ?",
            (_now(),),
            job_id,
            ("queued", "running"),
        )

    def finish(
        self, job_id: str, status: Status, *, error: str | None = None, result: dict[str, Any] | None = None
    ) -> bool:
        """Close an active job; False when it was closed before."""
        return self._change(
            "status = ?, message = ?, error = ?, result = ?, finished_at = ?, eta_seconds = NULL,"
            " fraction = CASE ? WHEN 'succeeded' THEN 1 ELSE fraction END",
            (status, MESSAGES[status], error, None if result is None else json.dumps(result), _now(), status),
            job_id,
            ACTIVE,
        )

    def curve(self, job_id: str) -> pd.DataFrame:
        """Learning curve: a column `update`, ascending, and one column per figure."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT update_no, figures FROM points WHERE job_id = ? ORDER BY update_no", (job_id,)
            ).fetchall()
        points = [{"update": no, **figures} for no, text in rows if (figures := _figures(text))]
        return pd.DataFrame(points) if points else pd.DataFrame({"update": pd.Series(dtype="int64")})

    def _change(
        self, assignments: str, values: tuple[Any, ...], job_id: str, only: tuple[str, ...], also: str = ""
    ) -> bool:
        marks = ", ".join("?" * len(only))
        with self._database.connection() as db:
            cursor = db.execute(
                f"UPDATE jobs SET {assignments} WHERE id = ? AND status IN ({marks}) {also}",
                (*values, job_id, *only),
            )
        return cursor.rowcount == 1
