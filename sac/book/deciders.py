"""Who decides a week: one champion, or the book."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sac.book.blend import advice_of
from sac.book.choice import BOOK, Book, book_in, last_choice
from sac.book.members import champions_of
from sac.config import Constraints, FollowChoice
from sac.market import MarketPanel
from sac.promotion import DecisionLog
from sac.promotion.following import follow_of
from sac.promotion.state import champion_of
from sac.registry import Registry, Version

if TYPE_CHECKING:
    from sac.inference import Holdings, Outside, Recommendation

__all__ = ["BookDecider", "ChampionDecider", "Decider", "decider_of"]


@dataclass(frozen=True)
class ChampionDecider:
    """A version by itself: turns a portfolio into target weights for a week."""

    version: Version
    follow: FollowChoice = "as trained"
    cache: Path | None = None
    promoted_at: str | None = None  # ISO text, UTC; None where no decision tells

    @property
    def subject(self) -> str:
        """The variant: how logs call it."""
        return self.version.variant

    @property
    def name(self) -> str:
        """The version: what of the variant decides."""
        return self.version.name

    @property
    def followed(self) -> str:
        """Whom it follows: what tells two answers on the same data apart."""
        return self.follow

    @property
    def constraints(self) -> Constraints:
        """Its limits and costs."""
        return self.version.settings.constraints

    @property
    def since(self) -> str:
        """When it began to decide: ISO text, UTC."""
        return self.promoted_at or self.version.metadata.created_at

    @property
    def learned_until(self) -> str:
        """The last decision that its agents learned from: ISO text."""
        return self.version.metadata.last_decision

    def advise(
        self,
        panel: MarketPanel,
        step: int,
        holdings: "Holdings | None" = None,
        *,
        outside: "Outside" = "refuse",
        today: np.datetime64 | None = None,
    ) -> "Recommendation":
        """Target weights at a step of the panel, for a portfolio. Raises as `target_weights` does."""
        from sac.inference import target_weights  # here, because it loads torch

        return target_weights(
            self.version,
            panel,
            holdings,
            step,
            outside=outside,
            today=today,
            follow=self.follow,
            cache=self.cache,
        )


@dataclass(frozen=True)
class BookDecider:
    """The book: the advice of its champions, each by its share."""

    book: Book
    parts: Mapping[str, ChampionDecider]  # by variant
    chosen_at: str  # ISO text, UTC

    @property
    def subject(self) -> str:
        """ "book", in place of a variant."""
        return BOOK

    @property
    def name(self) -> str:
        """The text of the book."""
        return self.book.text

    @property
    def followed(self) -> str:
        """The same of each champion."""
        return "; ".join(f"{part.name} {part.follow}" for part in self.parts.values())

    @property
    def constraints(self) -> Constraints:
        """Those that all its champions have."""
        return next(iter(self.parts.values())).constraints

    @property
    def convictions(self) -> dict[str, float]:
        """How far each champion's weights go to its agents', by variant."""
        return {name: part.version.followed(part.follow) for name, part in self.parts.items()}

    @property
    def shares(self) -> dict[str, float]:
        """Each champion's part of the book, by variant; they sum to 1."""
        return self.book.shares(self.convictions)

    @property
    def since(self) -> str:
        """When it, or the newest of its champions, was chosen."""
        return max(self.chosen_at, *(part.since for part in self.parts.values()))

    @property
    def learned_until(self) -> str:
        """The latest of its champions'."""
        return max(part.learned_until for part in self.parts.values())

    def advise(
        self,
        panel: MarketPanel,
        step: int,
        holdings: "Holdings | None" = None,
        *,
        outside: "Outside" = "refuse",
        today: np.datetime64 | None = None,
    ) -> "Recommendation":
        """The same, each champion asked about the whole portfolio."""
        advice = {
            variant: part.advise(panel, step, holdings, outside=outside, today=today)
            for variant, part in self.parts.items()
        }
        return advice_of(self.book, advice, self.constraints.cost_rate)


Decider = ChampionDecider | BookDecider


def decider_of(registry: Registry, subject: str, cache: Path | None = None) -> Decider | None:
    """Who decides for a variant, or for the "book", by the decisions of now; None where nobody does.

    Raises ArtifactError where a champion cannot be read, DeskError where the book's cannot be blended.
    """
    if subject != BOOK:
        champion = champion_of(registry, subject)
        return _part(registry, champion, cache) if champion else None
    choice = last_choice(registry)
    book = book_in(choice)
    if book is None or choice is None:
        return None
    champions = champions_of(registry, book.champions)
    parts = {name: _part(registry, champion, cache) for name, champion in champions.items()}
    return BookDecider(book, parts, choice.at)


def _part(registry: Registry, champion: Version, cache: Path | None) -> ChampionDecider:
    move = DecisionLog(registry.root).last_move(champion.variant)
    promoted = move.at if move and move.version == champion.name else None
    follow = follow_of(registry, champion.variant, champion.name)
    return ChampionDecider(champion, follow, cache, promoted)
