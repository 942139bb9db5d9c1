"""What every client of a data service shares: progress, and pauses between requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


Watch = Callable[[int, int, str], None]  # symbols done, symbols in all, the last one; may raise to stop


Pause = Callable[[float], None]
