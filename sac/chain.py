"""Rows of a database that are only added, each of which seals all before it: a change shows."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

__all__ = ["START", "add", "intact", "problems"]

START = "0" * 64  # what stands in the first row for the hash of the one before

Row = Mapping[str, object]


def add(db: sqlite3.Connection, table: str, row: Row) -> dict[str, Any]:
    """Number, seal and insert a row in a transaction of the caller's, and return it as it was written.

    The table has `seq` (INTEGER PRIMARY KEY AUTOINCREMENT), `previous` and `hash` beside the row's columns.
    """
    last = db.execute(f"SELECT hash FROM {table} ORDER BY seq DESC LIMIT 1").fetchone()
    numbered = {**row, "seq": _issued(db, table) + 1, "previous": last["hash"] if last else START}
    sealed = {**numbered, "hash": _seal(numbered)}
    marks = ", ".join(f":{name}" for name in sealed)
    db.execute(f"INSERT INTO {table} ({', '.join(sealed)}) VALUES ({marks})", sealed)
    return sealed


def intact(row: Row) -> bool:
    """Whether a row is as it was written."""
    return row["hash"] == _seal(row)


def problems(db: sqlite3.Connection, table: str, noun: str) -> list[str]:
    """What shows that somebody changed or removed rows; empty for a whole table. `noun`: what a row is."""
    findings, before, expected = [], START, 1
    for row in db.execute(f"SELECT * FROM {table} ORDER BY seq"):
        seq = row["seq"]
        if not intact(dict(row)):
            findings.append(f"{noun.capitalize()} {seq} was changed after it was written.")
        elif row["previous"] != before:
            findings.append(f"Before {noun} {seq} a row was changed, added or removed.")
        elif seq != expected:
            findings.append(f"{noun.capitalize()} {expected} is missing.")
        before, expected = row["hash"], seq + 1
    issued = _issued(db, table)
    if issued != expected - 1:
        findings.append(f"The log ends with {noun} {expected - 1}, but {issued} were written.")
    return findings


def _issued(db: sqlite3.Connection, table: str) -> int:
    """The last number given out, which SQLite remembers even when the row is gone."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(row["seq"]) if row else 0


def _seal(row: Row) -> str:
    facts = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
