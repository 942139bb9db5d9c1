"""The log of decisions: rows are only added, and each one seals all before it."""

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sac.promotion.gate import Gate
from sac.promotion.record import RECORD, record

__all__ = ["MOVES", "Action", "Decision", "DecisionLog"]

Action = Literal["first", "automatic", "approve", "override", "rollback", "reject"]
MOVES = ("first", "automatic", "approve", "override", "rollback")  # those that make a version champion
_START = "0" * 64


@dataclass(frozen=True)
class Decision:
    """One row: who decided what about which version, on what grounds."""

    seq: int
    at: str  # UTC, by the clock of that moment; the order is that of seq
    actor: str
    variant: str
    action: Action
    version: str  # the one decided on
    champion: str | None  # the one before; None where there was none
    passed: int  # 1 where the gate was passed
    eval_cagr: float | None
    prior_cagr: float | None  # of the champion before
    verdict: str  # of the gate, one sentence
    reason: str
    evidence: str  # JSON of what was known, as the page showed it
    previous: str  # hash of the row before
    hash: str  # SHA-256 over all the above

    @property
    def moved(self) -> bool:
        """Whether it made its version champion."""
        return self.action in MOVES

    @property
    def evidence_hash(self) -> str:
        """SHA-256 of the evidence."""
        return hashlib.sha256(self.evidence.encode()).hexdigest()


class DecisionLog:
    """The decisions of one registry."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def append(
        self,
        action: Action,
        variant: str,
        version: str,
        *,
        actor: str,
        champion: str | None,
        gate: Gate,
        reason: str,
        evidence: str,
    ) -> Decision:
        """Add a row; it is on the disk when this returns."""
        with record(self._root).transaction() as db:
            last = db.execute("SELECT seq, hash FROM decisions ORDER BY seq DESC LIMIT 1").fetchone()
            decision = Decision(
                seq=_issued(db) + 1,
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                actor=actor,
                variant=variant,
                action=action,
                version=version,
                champion=champion,
                passed=int(gate.passed),
                eval_cagr=_finite(gate.eval_cagr),
                prior_cagr=_finite(gate.prior_cagr),
                verdict=gate.reason,
                reason=reason,
                evidence=evidence,
                previous=last["hash"] if last else _START,
                hash="",
            )
            row = {**asdict(decision), "hash": _seal(decision)}
            marks = ", ".join(f":{name}" for name in row)
            db.execute(f"INSERT INTO decisions ({', '.join(row)}) VALUES ({marks})", row)
        return Decision(**row)

    def decisions(self, variant: str | None = None) -> list[Decision]:
        """Newest first; of one variant, or of all."""
        with self._reading() as db:
            rows = db.execute("SELECT * FROM decisions ORDER BY seq DESC").fetchall() if db else []
        return [Decision(**row) for row in rows if variant in (None, row["variant"])]

    def last_move(self, variant: str) -> Decision | None:
        """The decision that made the champion."""
        return next((row for row in self.decisions(variant) if row.moved), None)

    def problems(self) -> list[str]:
        """What shows that somebody changed or removed rows; empty for a whole log."""
        with self._reading() as db:
            if db is None:
                return []
            rows = [Decision(**row) for row in db.execute("SELECT * FROM decisions ORDER BY seq")]
            issued = _issued(db)
        found, before = [], _START
        for expected, row in enumerate(rows, start=1):
            if row.hash != _seal(row):
                found.append(f"Decision {row.seq} was changed after it was written.")
            elif row.previous != before:
                found.append(f"Before decision {row.seq} a row was changed, added or removed.")
            elif row.seq != expected:
                found.append(f"Decision {expected} is missing.")
            before = row.hash
        last = rows[-1].seq if rows else 0
        if issued != last:
            found.append(f"The log ends with decision {last}, but {issued} were written.")
        return found

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """None where nothing was ever written: reading makes no file."""
        if not (self._root / RECORD).exists():
            yield None
            return
        with record(self._root).connection() as db:
            yield db


def _issued(db: sqlite3.Connection) -> int:
    """The last number given out, which SQLite remembers even when the row is gone."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decisions'").fetchone()
    return int(row["seq"]) if row else 0


def _seal(decision: Decision) -> str:
    facts = {name: value for name, value in asdict(decision).items() if name != "hash"}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
