"""How long work tells its watcher where it is; the watcher may stop it by raising `Cancelled`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Progress", "Report", "Stage", "Stopwatch", "unwatched"]

Stage = Literal[
    "data", "prices", "fundamentals", "news", "forecasts", "agents", "evaluation", "saving", "hub"
]


@dataclass(frozen=True)
class Progress:
    """One look at the work."""

    stage: Stage
    fraction: float  # of the whole job, 0 to 1, never falling
    message: str  # one plain sentence
    eta_seconds: float | None = None  # of the whole job; None while nothing was measured yet
    curve: Mapping[str, float] = field(default_factory=dict)  # a point: "update" and its values


Report = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """A report that nobody reads."""


class Stopwatch:
    """Turns stages and their inner fractions into `Progress` with a time left, measured within the stage."""

    def __init__(self, report: Report):
        self._report, self._began = report, time.monotonic()
        self._stage: Stage = "data"
        self._span, self._entered, self._fraction = (0.0, 0.0), self._began, 0.0
        self._seconds: dict[str, float] = {}

    def enter(self, stage: Stage, start: float, end: float, message: str) -> None:
        """Begin a stage that takes the job from one fraction to another."""
        self._close()
        self._stage, self._span, self._entered = stage, (start, end), time.monotonic()
        self.inner(0.0, message)

    def inner(self, fraction: float, message: str, curve: Mapping[str, float] | None = None) -> None:
        """Report a fraction of the running stage."""
        start, end = self._span
        self._fraction = max(self._fraction, start + (end - start) * fraction)
        gained, elapsed = self._fraction - start, time.monotonic() - self._entered
        eta = elapsed / gained * (1.0 - self._fraction) if fraction > 0.02 and gained > 0 else None
        self._report(Progress(self._stage, self._fraction, message, eta, curve or {}))

    def seconds(self) -> dict[str, float]:
        """Wall clock of the stages so far."""
        self._close()
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}

    def _close(self) -> None:
        self._seconds[self._stage] = time.monotonic() - self._entered
