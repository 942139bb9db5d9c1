"""From a row of the table of jobs to a job: a damaged row is one failed job, and hides no other."""

import json
import math
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from app.jobs.record import Job, Status

__all__ = ["job_of"]


def job_of(row: sqlite3.Row) -> Job:
    """The job of a row; of a damaged one what can be read, as a job that failed of it."""
    columns: dict[str, Any] = dict(row)
    damaged = []
    for name, (read, otherwise) in _READERS.items():
        try:
            columns[name] = None if columns[name] is None and name in _OPTIONAL else read(columns[name])
        except (ValueError, TypeError, RecursionError):
            columns[name] = otherwise
            damaged.append(name)
    columns["subject"] = columns.pop("variant")  # the column keeps the name that it has in older files
    if damaged:
        columns["status"], columns["message"] = "failed", "Damaged record"
        columns["error"] = (
            f"The record of job {columns['id']} is damaged at {', '.join(damaged)}: restore jobs.sqlite3 "
            "from a backup, or start the job again."
        )
    return Job(**columns)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _status(value: Any) -> Status:
    if value not in get_args(Status):
        raise ValueError("no status")
    return value  # type: ignore[no-any-return]


def _fraction(value: Any) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError("no fraction")
    return float(value)


def _seconds(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError("no duration")
    return float(value)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value


def _object(value: Any) -> dict[str, Any]:
    found = json.loads(_text(value))
    if type(found) is not dict:
        raise TypeError("no object")
    return found


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found


_OPTIONAL = ("eta_seconds", "error", "result", "started_at", "cancelled_at", "finished_at", "pid")
_READERS: dict[str, tuple[Callable[[Any], Any], Any]] = {  # column -> reader, and what damage reads as
    **dict.fromkeys(("id", "variant", "kind", "actor", "stage", "message"), (_text, "")),
    "status": (_status, "failed"),
    "request": (_object, {}),
    "result": (_object, None),
    "fraction": (_fraction, 0.0),
    "eta_seconds": (_seconds, None),
    "error": (_text, None),
    **dict.fromkeys(("created_at", "started_at", "cancelled_at", "finished_at"), (_moment, None)),
    "pid": (_number, None),
}
