"""How long work tells its watcher where it is; the watcher may stop it by raising `Cancelled`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Progress", "Report", "Stage", "unwatched"]

Stage = Literal["data", "forecasts", "agents", "evaluation", "saving"]


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
