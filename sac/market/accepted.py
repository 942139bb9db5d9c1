"""What a person accepted although a check refuses it: kept in `market.toml` and told in the provenance."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sac.errors import DataError

__all__ = ["Accepted", "closures_of"]

_MOST = 300  # characters of a reason or a name


@dataclass(frozen=True)
class Accepted:
    """A finding that a person accepted: of a symbol, or of all where nobody traded on that day."""

    day: str  # ISO
    reason: str
    who: str
    symbol: str = ""  # "": no symbol traded, the exchange was closed

    def __post_init__(self) -> None:
        """Raises DataError for what cannot be kept."""
        try:
            written_so = dt.date.fromisoformat(self.day).isoformat() == self.day
        except (TypeError, ValueError):
            written_so = False
        if not written_so:
            raise DataError(f"{str(self.day)[:20]!r} is not a valid date: write it as 2022-12-16.")
        for text, what in ((self.reason, "a reason"), (self.who, "a name")):
            line = isinstance(text, str) and bool(text.strip()) and text.isprintable()
            if not line or len(text) > _MOST:
                raise DataError(f"{self.day} needs {what}: one line of at most {_MOST} characters.")

    @property
    def text(self) -> str:
        """For people, as one sentence."""
        what = f"{self.symbol} on {self.day}" if self.symbol else f"Nobody traded on {self.day}"
        return f"{what}: accepted by {self.who} ({self.reason})"


def closures_of(accepted: Iterable[Accepted]) -> tuple[str, ...]:
    """Days on which nobody traded."""
    return tuple(one.day for one in accepted if not one.symbol)
