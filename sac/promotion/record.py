"""The file beside the versions in which it stands what was tried and what was decided."""

from pathlib import Path

from sac.database import Database

__all__ = ["RECORD", "record"]

RECORD = "record.sqlite3"
_VERSION = 1
_SCHEMA = """
CREATE TABLE trials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    variant TEXT NOT NULL,
    version TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent TEXT,
    settings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    symbols TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    problem TEXT,
    metrics TEXT
) STRICT;
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    variant TEXT NOT NULL,
    action TEXT NOT NULL,
    version TEXT NOT NULL,
    champion TEXT,
    passed INTEGER NOT NULL,
    eval_cagr REAL,
    prior_cagr REAL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER trials_stay BEFORE DELETE ON trials
    BEGIN SELECT RAISE(ABORT, 'trials are only added'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END;
CREATE TRIGGER decisions_stand BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END;
"""


def record(root: Path) -> Database:
    """The record of the registry under this root."""
    return Database(root / RECORD, _SCHEMA, _VERSION)
