"""The book: the portfolio that is ours, one champion or a convex blend of champions."""

from sac.book.blend import advice_of, blend_of, record_of
from sac.book.choice import (
    BLENDS,
    BOOK,
    Blend,
    Book,
    book_of,
    choose_book,
    last_choice,
    read_book,
    subject_label,
)
from sac.book.deciders import BookDecider, ChampionDecider, Decider, decider_of
from sac.book.members import blendable, champions_at, champions_of

__all__ = [
    "BLENDS",
    "BOOK",
    "Blend",
    "Book",
    "BookDecider",
    "ChampionDecider",
    "Decider",
    "advice_of",
    "blend_of",
    "blendable",
    "book_of",
    "champions_at",
    "champions_of",
    "choose_book",
    "decider_of",
    "last_choice",
    "read_book",
    "record_of",
    "subject_label",
]
