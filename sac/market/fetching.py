"""What every client of a data service shares: progress, and pauses between requests."""

from collections.abc import Callable

__all__ = ["Pause", "Watch"]

Watch = Callable[[int, int, str], None]  # symbols done, symbols in all, the last one; may raise to stop
Pause = Callable[[float], None]  # seconds
