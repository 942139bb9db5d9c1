"""Pauses between tries that double, up to a longest one."""

from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True)
class Backoff:
    """How long something that failed waits for its next try, in seconds."""

    first: float  # before the second try
    longest: float

    def pause(self, tries: int) -> float:
        """Seconds after so many tries, at least one."""
        return min(self.first * 2.0 ** (tries - 1), self.longest)

    def left(self, due_at: float, tries: int, now: float) -> float:
        """Seconds until the next try; 0 where that lies too far ahead: the clock was set back since."""
        left = due_at - now
        return left if 0.0 < left <= (self.pause(tries) if tries else 0.0) else 0.0
