"""The sentence that is the state of the desk."""

from collections.abc import Sequence

from app.ui.overview.standing import Standing, today
from sac.book import Book
from sac.config import STALE_WEEKS
from sac.market import Provenance, weeks_behind

__all__ = ["desk_state"]

_ONES = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def desk_state(standings: Sequence[Standing], book: Book | None, pending: int, source: Provenance) -> str:
    """What is held today, which portfolio is ours, who waits, and how old the data are."""
    parts = (
        [today({one.name: one.conviction for one in standings})] if standings else ["No champion decides."]
    )
    if book and len(standings) > 1:
        parts.append(f"The book is {book.words}.")
    if pending:
        count = _ONES[pending] if pending < len(_ONES) else str(pending)
        parts.append(f"{count} challenger{' waits' if pending == 1 else 's wait'}.")
    return " ".join([*parts, _data(source)])


def _data(source: Provenance) -> str:
    if source.source == "sample":
        return f"Demo data to {source.window_end}, not for trading."
    behind = weeks_behind(source.covered_until)
    if not behind:
        return "Data are fresh."
    age = f"{behind} complete week{'s' * (behind > 1)} behind"
    return f"Data are {age}{': too old to trade on' * (behind > STALE_WEEKS)}."
