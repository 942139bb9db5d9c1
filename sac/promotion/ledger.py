"""Every candidate ever trained: whoever picks the best of many must know how many there were."""

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from sac.config import TrainingSettings
from sac.database import patiently
from sac.errors import Cancelled
from sac.evidence import Search
from sac.promotion.record import record
from sac.registry.codecs import canonical

__all__ = ["Candidate", "Ledger", "Trial"]

Outcome = Literal["unfinished", "succeeded", "failed", "cancelled"]
_ENTERED = (
    "INSERT INTO trials (variant, version, kind, parent, settings, fingerprint, symbols, started_at, outcome)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'unfinished')"
)
_CLOSED = "UPDATE trials SET outcome = ?, problem = ?, metrics = ?, finished_at = ? WHERE id = ?"
_Json = TypeVar("_Json", dict[str, Any], list[Any])


@dataclass(frozen=True)
class Trial:
    """One training, however it ended. Times are ISO text, UTC."""

    id: int
    variant: str
    version: str  # the name that its version has, or would have had
    kind: str
    parent: str | None
    settings: dict[str, Any]
    fingerprint: str  # of the data
    symbols: list[str]
    started_at: str
    finished_at: str | None
    outcome: Outcome  # a training that was killed stays "unfinished"
    problem: str | None
    metrics: dict[str, float]


class Candidate(NamedTuple):
    """A version, or a trial of a sweep."""

    variant: str
    version: str
    weeks: str  # the same for all that were judged on the same weeks


class Ledger:
    """The trials of one registry; they outlive their versions."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def trial(
        self,
        variant: str,
        version: str,
        *,
        kind: str,
        parent: str | None,
        settings: TrainingSettings,
        fingerprint: str,
        symbols: Sequence[str],
    ) -> Iterator[Callable[[Mapping[str, float]], None]]:
        """Enter a training while it runs, and how it ended; the body hands over its metrics."""
        database = record(self._root)
        facts = (variant, version, kind, parent, json.dumps(canonical(settings)), fingerprint)

        def write(statement: str, *values: Any) -> int | None:
            with database.connection() as db:
                return db.execute(statement, values).lastrowid

        row = patiently(lambda: write(_ENTERED, *facts, json.dumps(list(symbols)), _now()))
        metrics: dict[str, float] = {}

        def close(outcome: Outcome, problem: str | None = None) -> None:
            finite = {name: value for name, value in metrics.items() if math.isfinite(value)}
            patiently(lambda: write(_CLOSED, outcome, problem, json.dumps(finite), _now(), row))

        try:
            yield metrics.update
        except Cancelled:
            close("cancelled")
            raise
        except Exception as error:
            close("failed", f"{type(error).__name__}: {error}")
            raise
        close("succeeded")

    def trials(self) -> list[Trial]:
        """All of them, newest first."""
        with record(self._root).reading() as db:
            return [_trial(row) for row in db.execute("SELECT * FROM trials ORDER BY id DESC")]

    def candidates(self) -> dict[Candidate, dict[str, float]]:
        """Figures of every distinct candidate that was evaluated; of one tried twice, the last ones."""
        with record(self._root).reading() as db:  # pages ask at every rerun: settings stay unread
            rows = db.execute(
                "SELECT variant, version, kind, fingerprint, CASE WHEN json_valid(settings)"
                " THEN settings ->> '$.evaluation_years' END, metrics FROM trials ORDER BY id"
            )
            evaluated = {
                Candidate(variant, version, weeks_of(kind, fingerprint, years)): _figures(metrics)
                for variant, version, kind, fingerprint, years, metrics in rows
            }
        return {candidate: metrics for candidate, metrics in evaluated.items() if "eval_sharpe" in metrics}

    def search(self) -> Search:
        """What a deflated Sharpe ratio must know of all candidates."""
        return search_among(self.candidates())


def weeks_of(kind: str, fingerprint: str, years: int) -> str:
    """What decides on which weeks a candidate is judged: data, years, and full, sweep or fine-tune."""
    return f"{fingerprint} {years} {kind}"


def search_among(candidates: Mapping[Candidate, Mapping[str, float]]) -> Search:
    """The search that these candidates were; one that held equal weight, or was not measured, only counts."""
    groups: dict[str, list[float]] = {}
    for candidate, metrics in candidates.items():
        ratio = metrics.get("eval_information_ratio", metrics.get("excess_sharpe", math.nan))
        if math.isfinite(ratio):
            groups.setdefault(candidate.weeks, []).append(ratio)
    measured = sum(map(len, groups.values()))
    return Search.among(*groups.values(), others=len(candidates) - measured)


def _trial(row: sqlite3.Row) -> Trial:
    columns: dict[str, Any] = dict(row)
    columns["metrics"] = _figures(columns["metrics"])
    columns["settings"] = _parsed(columns["settings"], {})
    columns["symbols"] = _parsed(columns["symbols"], [])
    return Trial(**columns)


def _figures(metrics: str | None) -> dict[str, float]:
    """A row's figures; those that are damaged are not known."""
    return {name: value for name, value in _parsed(metrics, {}).items() if type(value) in (int, float)}


def _parsed(text: str | None, empty: _Json) -> _Json:
    """JSON of that kind; the empty one where a row is damaged: it must not hide all others."""
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        return empty
    return value if type(value) is type(empty) else empty


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
