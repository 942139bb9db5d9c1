"""The book as a strategy beside versions and benchmarks, and the blends that it could be."""

from collections.abc import Mapping
from dataclasses import replace

from app.queries import book, versions
from app.ui.shared.charts.figure import BOOK
from sac.book import BLENDS, Book, BookDecider, blend_of, blendable
from sac.errors import DeskError
from sac.portfolio import Backtest
from sac.registry import Version

__all__ = ["blends"]


def blends(champions: Mapping[str, Version], own: bool = False) -> tuple[dict[str, Backtest], str]:
    """Records of the book and of all champions blended, by name; and why the book's cannot be had.

    A book of one champion stands there itself. With own, of the champions' agents followed without reserve.
    """
    try:
        found = book.decider()
        ours = _ours(found, own) if found else {}
        refusal = ""
    except DeskError as error:
        found, ours, refusal = None, {}, f"The book is left out. {error}"
    return {**ours, **_candidates(champions, own, found.name if found else "")}, refusal


def _ours(found: BookDecider, own: bool) -> dict[str, Backtest]:
    parts = {variant: part.version for variant, part in found.parts.items()}
    return {BOOK: _record(found.book, parts, own)} if len(parts) > 1 else {}


def _candidates(champions: Mapping[str, Version], own: bool, chosen: str) -> dict[str, Backtest]:
    """What the book could be: all champions, in each way; nothing where they cannot be blended."""
    if len(champions) < 2:
        return {}
    records = {}
    for blend, words in BLENDS.items():
        candidate, name = Book(tuple(champions), blend), f"Blend {words}"
        try:
            blendable(champions)
            if candidate.text != chosen:
                records[name] = replace(_record(candidate, champions, own), name=name)
        except DeskError:
            return {}
    return records


def _record(blend: Book, parts: Mapping[str, Version], own: bool) -> Backtest:
    if not own:
        return book.record(blend, parts)
    return blend_of(blend, parts, {variant: versions.agents(version) for variant, version in parts.items()})
