"""Which portfolio is ours: chosen by a person with a reason, a row of the decision log."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sac.book.members import champions_of
from sac.config import VARIANTS
from sac.errors import ArtifactError, SettingsError
from sac.promotion import Decision, DecisionLog, Gate, SealedDecision
from sac.promotion.deciding import DecisionConflict, deciding
from sac.registry import Registry

__all__ = [
    "BLENDS",
    "BOOK",
    "Blend",
    "Book",
    "book_in",
    "book_of",
    "choose_book",
    "last_choice",
    "read_book",
    "subject_label",
]

BOOK = "book"  # what it is called where a log names a variant

Blend = Literal["equal", "conviction"]
BLENDS: Mapping[Blend, str] = {  # in a sentence: "a blend of ... in equal parts"
    "equal": "in equal parts",
    "conviction": "by their conviction",
}
_AND = " + "


@dataclass(frozen=True)
class Book:
    """One champion, or several and how they are blended; each share is 0 or more, and they sum to 1."""

    champions: tuple[str, ...]  # variants, in the desk's order
    blend: Blend = "equal"  # says nothing of one champion

    def __post_init__(self) -> None:
        unknown = [name for name in self.champions if name not in VARIANTS]
        if unknown or not self.champions or self.blend not in BLENDS:
            raise SettingsError(
                f"A book holds one or more of {', '.join(VARIANTS)}, blended {' or '.join(BLENDS)}.", BOOK
            )
        # Written one way only, however they were named.
        object.__setattr__(self, "champions", tuple(one for one in VARIANTS if one in self.champions))
        if len(self.champions) == 1:
            object.__setattr__(self, "blend", "equal")

    @property
    def text(self) -> str:
        """How logs and commands write it: "sac_lstm", or "equal: sac_lstm + ppo_lstm"."""
        names = _AND.join(self.champions)
        return names if len(self.champions) == 1 else f"{self.blend}: {names}"

    @property
    def words(self) -> str:
        """The same in words: "SAC + LSTM and PPO + LSTM in equal parts"."""
        *others, last = (VARIANTS[name].label for name in self.champions)
        return f"{', '.join(others)} and {last} {BLENDS[self.blend]}" if others else last

    def shares(self, convictions: Mapping[str, float]) -> dict[str, float]:
        """Share of each champion: equal, or in proportion to conviction; equal too where all have none."""
        weights = {name: convictions[name] if self.blend == "conviction" else 1.0 for name in self.champions}
        total = sum(weights.values())
        return {name: weight / total if total else 1.0 / len(weights) for name, weight in weights.items()}


def subject_label(subject: str) -> str:
    """What people call a variant, or the book."""
    return "Book" if subject == BOOK else VARIANTS[subject].label


def read_book(text: str) -> Book:
    """A book as `Book.text` writes it. Raises SettingsError for what is none."""
    blend, colon, names = text.rpartition(":")
    champions = tuple(name.strip() for name in names.split(_AND.strip()))
    return Book(champions, blend.strip() if colon else "equal")  # type: ignore[arg-type]  # checked there


def last_choice(registry: Registry) -> Decision | None:
    """The newest decision on the book: who chose, when and why; None where nobody did."""
    return DecisionLog(registry.root).last_book()


def book_of(registry: Registry) -> Book | None:
    """The book; None where nobody chose one. Raises ArtifactError for one that this release does not know."""
    return book_in(last_choice(registry))


def book_in(choice: Decision | None) -> Book | None:
    """The book that a decision chose. Raises as `book_of` does."""
    if choice is None:
        return None
    try:
        return read_book(choice.version)
    except SettingsError as error:
        raise ArtifactError(
            f"Decision {choice.seq} made {choice.version!r} the book, which this release does not know: "
            "choose the book again."
        ) from error


def choose_book(
    registry: Registry, book: Book, *, actor: str, reason: str, seen: str | None
) -> SealedDecision:
    """Make a book ours. Nobody is promoted.

    seen: the text of the book that the person saw, None where there was none. Raises DecisionConflict where
    it is another by now or that one already, DeskError where the reason is empty, where one of its champions
    is missing, or where they differ in universe, costs or limits.
    """
    with deciding(registry, BOOK):
        before = last_choice(registry)
        now = before.version if before else None
        if now != seen:
            raise DecisionConflict(
                f"The book is {now or 'not chosen'} by now, no longer {seen or 'not chosen'}: look again "
                "before you decide."
            )
        if now == book.text:
            raise DecisionConflict(f"The book is {book.words} already.")
        champions_of(registry, book.champions)  # no decision for what cannot be blended
        return DecisionLog(registry.root).append(
            "book",
            BOOK,
            book.text,
            actor=actor,
            champion=now,
            gate=Gate(False, math.nan, None, book.words),  # nothing was compared
            reason=reason,
            evidence="",
        )
