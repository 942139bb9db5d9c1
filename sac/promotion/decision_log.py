"""The log of decisions: rows are only added, and each one seals all before it."""

import hashlib
import math
import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sac import chain
from sac.errors import DeskError
from sac.promotion.gate import Gate
from sac.promotion.record import record

__all__ = ["MOVES", "Action", "Decision", "DecisionLog", "SealedDecision"]

Action = Literal["first", "automatic", "approve", "override", "rollback", "reject", "follow", "book"]
MOVES = ("first", "automatic", "approve", "override", "rollback")  # those that make a version champion


@dataclass(frozen=True)
class Decision:
    """One row: who decided what about which version, on what grounds."""

    seq: int
    at: str  # UTC, by the clock of that moment; the order is that of seq
    actor: str
    variant: str
    action: Action
    version: str  # the one decided on; of a row "book" the book that was chosen
    champion: str | None  # the one before; None where there was none
    passed: int  # 1 where the gate was passed
    eval_cagr: float | None
    prior_cagr: float | None  # of the champion before
    verdict: str  # of the gate, one sentence; of a row "follow" what was chosen
    reason: str

    @property
    def moved(self) -> bool:
        """Whether it made its version champion."""
        return self.action in MOVES


@dataclass(frozen=True)
class SealedDecision(Decision):
    """A row with its evidence, thousands of characters, and its place in the chain."""

    evidence: str  # JSON of what was known, as the page showed it
    previous: str  # hash of the row before
    hash: str  # SHA-256 over all the above

    @property
    def evidence_hash(self) -> str:
        """SHA-256 of the evidence."""
        return hashlib.sha256(self.evidence.encode()).hexdigest()


# Stored before the evidence: SQLite need not follow a row into the pages that its evidence fills.
_COLUMNS = ", ".join(field.name for field in fields(Decision))


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
    ) -> SealedDecision:
        """Add a row; it is on the disk when this returns. Raises DeskError where the reason is empty."""
        if not reason.strip():
            raise DeskError("A decision needs a reason: say why, for those who read the history.")
        with record(self._root).transaction() as db:
            decision = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "actor": actor,
                "variant": variant,
                "action": action,
                "version": version,
                "champion": champion,
                "passed": int(gate.passed),
                "eval_cagr": _finite(gate.eval_cagr),
                "prior_cagr": _finite(gate.prior_cagr),
                "verdict": gate.reason,
                "reason": reason.strip(),
                "evidence": evidence,
            }
            row = chain.add(db, "decisions", decision)
        return SealedDecision(**row)

    def decisions(self, variant: str | None = None) -> list[Decision]:
        """Newest first, without their evidence; of one variant, or of all."""
        return [Decision(**row) for row in self._rows(_COLUMNS, variant)]

    def sealed(self, variant: str | None = None) -> list[SealedDecision]:
        """As `decisions`, with the evidence and the hashes."""
        return [SealedDecision(**row) for row in self._rows("*", variant)]

    def last_move(self, variant: str) -> Decision | None:
        """The decision that made the champion."""
        rows = self._rows(_COLUMNS, variant, f"action IN {MOVES}", limit=1)
        return Decision(**rows[0]) if rows else None

    def last_follow(self, variant: str, version: str) -> Decision | None:
        """The newest decision on how far that version is followed."""
        rows = self._rows(_COLUMNS, variant, "action = 'follow' AND version = ?", version, limit=1)
        return Decision(**rows[0]) if rows else None

    def last_book(self) -> Decision | None:
        """The newest decision on the book."""
        rows = self._rows(_COLUMNS, None, "action = 'book'", limit=1)
        return Decision(**rows[0]) if rows else None

    def problems(self) -> list[str]:
        """What shows that somebody changed or removed rows; empty for a whole log."""
        with record(self._root).reading() as db:
            return chain.problems(db, "decisions", "decision")

    def _rows(
        self, columns: str, variant: str | None, condition: str = "TRUE", *values: str, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Rows of one variant, or of all, newest first; `values` are those of the condition."""
        query = (
            f"SELECT {columns} FROM decisions WHERE variant = COALESCE(?, variant) AND {condition} "
            f"ORDER BY seq DESC LIMIT {limit}"
        )
        with record(self._root).reading() as db:
            return db.execute(query, (variant, *values)).fetchall()


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
