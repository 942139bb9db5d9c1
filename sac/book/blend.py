"""Blends of champions: of what they want this week, and of their records."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sac.book.choice import BOOK, Book, subject_label
from sac.config import CASH
from sac.errors import DataError
from sac.evidence.comparison import blended, common_weeks
from sac.portfolio import Backtest
from sac.registry import Version

if TYPE_CHECKING:
    from sac.inference import Recommendation

__all__ = ["advice_of", "blend_of", "record_of"]


def advice_of(book: Book, parts: Mapping[str, "Recommendation"], cost_rate: float) -> "Recommendation":
    """What the book wants: the champions' advice for the same holdings, each by its share.

    parts: one per champion, by variant. That of a single champion is the book's as it is. Forecasts differ
    from model to model: a blend has none.
    """
    first, *others = (parts[name] for name in book.champions)
    if not others:
        return first
    shares = book.shares({name: part.conviction for name, part in parts.items()})

    def mixed(weights: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        known = weights[book.champions[0]]
        return {asset: sum(shares[name] * weights[name][asset] for name in shares) for asset in known}

    target = mixed({name: part.target_weights for name, part in parts.items()})
    changes = [
        replace(row, target_weight=then, change=then - row.current_weight)
        for row in first.weight_changes
        for then in [target.get(row.symbol, 0.0)]
    ]
    turnover = sum(abs(row.change) for row in changes if row.symbol != CASH)
    unknown = dict.fromkeys(first.forecasts)
    return replace(
        first,
        model_version=" + ".join(parts[name].model_version for name in book.champions),
        variant=BOOK,
        target_weights=target,
        agents_weights=mixed({name: part.agents_weights for name, part in parts.items()}),
        conviction=sum(shares[name] * parts[name].conviction for name in shares),
        follow="as trained",
        turnover=turnover,
        cost=cost_rate * turnover,
        weight_changes=changes,
        forecasts=unknown,
        alphas=unknown,
        in_training=any(part.in_training for part in parts.values()),
        notes=list(dict.fromkeys(note for name in book.champions for note in parts[name].notes)),
    )


def blend_of(book: Book, versions: Mapping[str, Version], records: Mapping[str, Backtest]) -> Backtest:
    """The book's record on the weeks that its champions have in common, from all CASH and net of costs.

    versions, records: one per champion, by variant. Shares by conviction are those of each evaluation year,
    measured before it began. Raises DataError where the records share no week.
    """
    rows = common_weeks({name: records[name] for name in book.champions})
    first = book.champions[0]
    if not len(rows[first]):
        raise DataError("The champions of the book share no week of their records: it has none.")
    folds = {name: records[name].folds[rows[name]].tolist() for name in book.champions}
    known = {name: [versions[name].conviction_of(fold) for fold in own] for name, own in folds.items()}
    shares = np.array(
        [
            list(book.shares({name: column[week] for name, column in known.items()}).values())
            for week in range(len(rows[first]))
        ]
    )  # (W, K)
    parts = [(records[name], rows[name]) for name in book.champions]
    return blended(subject_label(BOOK), parts, shares, versions[first].settings.constraints)


def record_of(book: Book, versions: Mapping[str, Version]) -> Backtest:
    """The same of the champions' evaluations as traded."""
    return blend_of(book, versions, {name: versions[name].evaluation() for name in book.champions})
