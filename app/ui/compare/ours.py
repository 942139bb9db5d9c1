"""The book as a strategy beside versions and benchmarks."""

from app.queries import book, versions
from app.ui.shared.charts.figure import BOOK
from sac.book import blend_of
from sac.errors import DeskError
from sac.portfolio import Backtest

__all__ = ["book_record"]


def book_record(own: bool = False) -> tuple[dict[str, Backtest], str]:
    """The record of the blend that is ours, by its name, and why it cannot be had.

    Empty where nobody chose one, or the book is one champion, which stands there itself. With own, of its
    champions' agents followed without reserve.
    """
    try:
        found = book.decider()
        if found is None or len(found.parts) < 2:
            return {}, ""
        champions = {variant: part.version for variant, part in found.parts.items()}
        if not own:
            return {BOOK: book.record(found.book, champions)}, ""
        records = {variant: versions.agents(version) for variant, version in champions.items()}
        return {BOOK: blend_of(found.book, champions, records)}, ""
    except DeskError as refusal:
        return {}, f"The book is left out. {refusal}"
