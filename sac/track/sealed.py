"""The sealed decisions: one row a week and champion, written once, and each one seals all before it."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sac import chain
from sac.arrays import Floats
from sac.config import CASH
from sac.database import Database
from sac.market.symbols import symbol_key

__all__ = ["Kind", "SealedWeek", "TrackLog", "WeekDecision", "moment"]

Kind = Literal["prospective", "late", "restated"]
_NOUN = "sealed week"
_HOUR = len("2026-11-26T21")  # sessions end with an hour: no need to write down minutes
_VERSION = 1
_SCHEMA = """
CREATE TABLE weeks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    version TEXT NOT NULL,
    decision TEXT NOT NULL,
    fill TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    weights TEXT NOT NULL,
    agents TEXT NOT NULL,
    conviction REAL,
    follow TEXT NOT NULL,
    forecasts TEXT NOT NULL,
    closes TEXT NOT NULL,
    constraints TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    note TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (subject, version, decision, fingerprint, follow)
) STRICT;
CREATE UNIQUE INDEX first_rows ON weeks (subject, version, decision) WHERE kind <> 'restated';
CREATE TABLE clock (only INTEGER PRIMARY KEY CHECK (only = 1), latest TEXT NOT NULL) STRICT;
CREATE TRIGGER weeks_stay BEFORE DELETE ON weeks
    BEGIN SELECT RAISE(ABORT, 'sealed weeks are only added'); END;
CREATE TRIGGER weeks_stand BEFORE UPDATE ON weeks
    BEGIN SELECT RAISE(ABORT, 'sealed weeks are only added'); END;
"""
_MAPPINGS = ("weights", "agents", "forecasts", "closes", "constraints")  # kept as JSON


@dataclass(frozen=True)
class WeekDecision:
    """What one champion decided for one week, on which data; dates are ISO text."""

    subject: str  # the variant, or "book"
    version: str  # or the text of the book
    decision: str  # session whose close was the last thing known
    fill: str  # session at whose close it trades
    weights: dict[str, float]  # targets as traded, by symbol, then "CASH"; empty: nothing could be decided
    agents: dict[str, float]  # what its agents want, whatever the conviction
    conviction: float | None  # how far the targets go from equal weight (0) to the agents' (1)
    follow: str  # as trained, or what a person chose instead; of the book, so for each champion
    forecasts: dict[str, float | None]  # next week's return
    closes: dict[str, float]  # at the decision, dollars
    constraints: dict[str, float]  # costs and limits by which the week is accounted
    source: str  # of the data
    fingerprint: str  # SHA-256 of all data up to the decision's close
    note: str  # why nothing could be decided, or why it is late

    def shares(self, symbols: Sequence[str]) -> Floats:
        """Target weights (n+1,) of those symbols and CASH, however they are spelled by now."""
        known = {symbol_key(name): share for name, share in self.weights.items()}
        return np.array([known.get(symbol_key(name), 0.0) for name in (*symbols, CASH)])

    @property
    def key(self) -> tuple[str, str]:
        """What tells one answer to the same question from another: the data, and whom it follows."""
        return self.fingerprint, self.follow


@dataclass(frozen=True)
class SealedWeek(WeekDecision):
    """A row of the log: when it was sealed, as what, and its place in the chain."""

    seq: int
    sealed_at: str  # UTC
    kind: Kind
    previous: str  # hash of the row before
    hash: str  # SHA-256 over all the above
    intact: bool = True  # False: somebody changed it, and what it says of weights and prices is left out


class TrackLog:
    """The sealed weeks of one data root, in `decisions.sqlite3` of a folder that the first writer makes."""

    def __init__(self, root: Path) -> None:
        self._database = Database(root / "decisions.sqlite3", _SCHEMA, _VERSION)

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def append(
        self,
        decided: WeekDecision,
        lateness: Callable[[datetime], str | None],
        now: datetime | None = None,
    ) -> SealedWeek:
        """Seal a decision, or return the row that says the same already; on the disk when this returns.

        lateness: from the moment of sealing to why it is too late to count as made beforehand, None in time.
        A week that has a row gets another one, "restated", where data or choice differ.
        """
        with self._database.transaction() as db:
            rows = _found(db, decided.subject, decided.version, decided.decision)
            if same := next((row for row in rows if row.key == decided.key), None):
                return same
            at = now or datetime.now(UTC)
            why = _set_back(_latest(db), at) or lateness(at)
            kind: Kind = "restated" if rows else "late" if why else "prospective"
            note = " ".join(filter(None, (decided.note, why if kind == "late" else None)))
            facts = asdict(decided) | {"sealed_at": moment(at), "kind": kind, "note": note}
            return _sealed_week(chain.add(db, "weeks", {name: _stored(v) for name, v in facts.items()}))

    def rows(
        self, subject: str | None = None, version: str | None = None, decision: str | None = None
    ) -> list[SealedWeek]:
        """Oldest first: of one subject, version or week, or of all."""
        with self._database.reading() as db:
            return _found(db, subject, version, decision)

    def problems(self) -> list[str]:
        """What shows that somebody changed or removed rows; empty for a whole log."""
        with self._database.reading() as db:
            return chain.problems(db, "weeks", _NOUN)

    def witness(self, now: datetime | None = None) -> None:
        """Remember that it has been so late: what is sealed by an earlier clock is never prospective."""
        at = moment(now or datetime.now(UTC))
        with self._database.reading() as db:
            if at[:_HOUR] <= _latest(db)[:_HOUR]:
                return
        with self._database.transaction() as db:
            db.execute("INSERT INTO clock VALUES (1, ?) ON CONFLICT DO UPDATE SET latest = ?", (at, at))


def moment(at: datetime) -> str:
    """UTC to the millisecond: texts that sort as their moments do."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _latest(db: sqlite3.Connection) -> str:
    """The latest moment that a row or a witness knows."""
    query = "SELECT MAX(at) FROM (SELECT sealed_at AS at FROM weeks UNION SELECT latest FROM clock)"
    return db.execute(query).fetchone()[0] or ""


def _set_back(latest: str, at: datetime) -> str | None:
    if moment(at) >= latest:
        return None
    return f"The clock was set back: this desk had seen {latest} before."


def _found(
    db: sqlite3.Connection, subject: str | None, version: str | None, decision: str | None
) -> list[SealedWeek]:
    query = (
        "SELECT * FROM weeks WHERE subject = COALESCE(?, subject) "
        "AND version = COALESCE(?, version) AND decision = COALESCE(?, decision) ORDER BY seq"
    )
    return [_sealed_week(dict(row)) for row in db.execute(query, (subject, version, decision))]


def _stored(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict) else value


def _sealed_week(row: dict[str, Any]) -> SealedWeek:
    """A row as it was written; `problems` names one that somebody changed."""
    intact = chain.intact(row)
    known = {name: json.loads(row[name]) if intact else {} for name in _MAPPINGS}
    return SealedWeek(**row | known, intact=intact)
