"""How long work tells its watcher where it is; the watcher may stop it by raising `Cancelled`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Progress", "Report", "Stage", "Stopwatch", "unwatched"]

Stage = Literal[
    "data", "prices", "fundamentals", "news", "forecasts", "agents", "evaluation", "saving", "hub"
]


_PACE = 0.1  # share of a stage from which on its own pace says how long it takes
_ALMOST = 0.99  # the most that is said of a job that has not ended
_INSTANT = 1e-9  # seconds


@dataclass(frozen=True)
class Progress:
    """One look at the work."""

    stage: Stage
    fraction: float  # of the whole job's time, 0 to 1, never falling
    message: str  # one plain sentence
    eta_seconds: float | None = None  # until its end; None while nothing is known of its stages
    curve: Mapping[str, float] = field(default_factory=dict)  # a point: "update" and its values


Report = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """A report that nobody reads."""


class Stopwatch:
    """Turns stages and their inner fractions into `Progress`: a share of the whole time, and what is left.

    What is left is the rest of the stage at work, by its own pace as soon as it has one, and what is expected
    of the stages to come; after a stage that was slower than expected, as much slower. The fraction is the
    time that has gone over that and what is left: half means half of the time, whatever the stages cost. It
    never falls, and is 1 only where the job has ended.
    """

    def __init__(self, report: Report, expected: Mapping[Stage, float] | None = None) -> None:
        """`expected`: seconds of the stages, in their order; until they are known nothing is said of time."""
        self._report, self._began = report, time.monotonic()
        self._expected = dict(expected or {})
        self._stage: Stage = "data"
        self._entered, self._fraction, self._slower = self._began, 0.0, 1.0
        self._seconds: dict[str, float] = {}

    @classmethod
    def of(cls, report: "Report | Stopwatch") -> "Stopwatch":
        """The watch that runs already, else one that begins now and tells `report`."""
        return report if isinstance(report, Stopwatch) else cls(report)

    def expect(self, expected: Mapping[Stage, float]) -> None:
        """How many seconds the stages to come are expected to take, in their order."""
        self._expected = dict(expected)

    def enter(self, stage: Stage, message: str) -> None:
        """Begin a stage."""
        self._close()
        self._slower = self._slowness(time.monotonic() - self._entered)
        self._stage, self._entered = stage, time.monotonic()
        self.inner(0.0, message)

    def inner(self, fraction: float, message: str, curve: Mapping[str, float] | None = None) -> None:
        """Report a fraction of the running stage."""
        left = self._left(fraction)
        if left is not None:
            gone = time.monotonic() - self._began
            self._fraction = max(self._fraction, min(gone / max(gone + left, _INSTANT), _ALMOST))
        self._report(Progress(self._stage, self._fraction, message, left, curve or {}))

    def seconds(self) -> dict[str, float]:
        """Wall clock of the stages so far."""
        self._close()
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}

    def _left(self, fraction: float) -> float | None:
        """Seconds until the end of the job; None where nothing is known of its stages."""
        if self._stage not in self._expected:
            return None
        stages, elapsed = list(self._expected), time.monotonic() - self._entered
        guess, trust = max(self._slower * self._expected[self._stage], elapsed), min(fraction / _PACE, 1.0)
        whole = trust * elapsed / fraction + (1.0 - trust) * guess if fraction > 0.0 else guess
        later = sum(self._expected[stage] for stage in stages[stages.index(self._stage) + 1 :])
        return max(whole - elapsed, 0.0) + self._slowness(whole) * later

    def _slowness(self, seconds: float) -> float:
        """By how much a stage of so many seconds is slower than expected; one that is faster says nothing."""
        expected = self._expected.get(self._stage)
        return max(seconds / expected, 1.0) if expected else 1.0

    def _close(self) -> None:
        self._seconds[self._stage] = time.monotonic() - self._entered
