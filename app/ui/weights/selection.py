"""Whose weights, as of which decision: the book's, a champion's, or another version's."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.queries import weights
from app.queries.versions import Shelf
from app.ui.shared.labels import label, short_name
from app.ui.shared.links import linked
from sac.book import BOOK, BookDecider, Decider
from sac.registry import Version

__all__ = ["Chosen", "chosen"]


@dataclass(frozen=True)
class Chosen:
    """Who decides, and when."""

    decider: Decider
    date: str  # the decision, ISO
    serving: bool  # the book or a champion: what it decides is sealed

    @property
    def versions(self) -> list[Version]:
        """The versions behind it."""
        parts = self.decider.parts.values() if isinstance(self.decider, BookDecider) else [self.decider]
        return [part.version for part in parts]


def chosen(shelves: Mapping[str, Shelf], book: BookDecider | None, newest: str) -> Chosen:
    """Whom and which decision the URL or the user names: the book, else the first champion, and the newest.

    newest: decision of the data.
    """
    stocked = [variant for variant, shelf in shelves.items() if shelf.versions]
    stocked.sort(key=lambda variant: shelves[variant].champion is None)
    subjects = [BOOK, *stocked] if book else stocked
    variants, versions, dates = st.columns(3, vertical_alignment="bottom")
    with variants:
        subject = linked("Variant", "variant", {name: label(name) for name in subjects})
    if book and subject == BOOK:
        return Chosen(book, newest, serving=True)
    shelf = shelves[subject]
    champion = shelf.champion
    known = {"champion": champion} if champion else {}
    known |= {
        version.name: version for version in shelf.versions if not champion or version.name != champion.name
    }
    texts = {name: "Champion" if name == "champion" else short_name(known[name]) for name in known}
    with versions:
        name = linked("Version", "version", texts)
    newest, *earlier = weights.dates(known[name])
    with dates:  # "newest" moves on with the data, a date stays
        date = linked("Decision", "date", {"newest": f"{newest} (newest)"} | {day: day for day in earlier})
    if name != "champion":
        st.warning(
            "This version is not the champion: it is not approved for trading.", icon=":material/warning:"
        )
    serving = known[name].name == shelf.current
    return Chosen(weights.decider(known[name]), newest if date == "newest" else date, serving)
