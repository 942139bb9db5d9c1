"""The track record of a champion: its reign, what was sealed, how that scored, and where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from sac.arrays import Floats
from sac.book import BOOK, champions_at, read_book, record_of, subject_label
from sac.config import CASH
from sac.errors import DataError, DeskError
from sac.market import MarketPanel
from sac.market.symbols import symbol_key
from sac.promotion import DecisionLog
from sac.promotion.state import state_of
from sac.registry import Registry
from sac.track.cone import YEAR, Cone, Standing, cone, leads_of, promised_leads, standing
from sac.track.scoring import Scored, scored
from sac.track.sealed import SealedWeek, TrackLog
from sac.track.sealing import newest_decision

__all__ = ["Reign", "Restatement", "TrackRecord", "moved_closes", "reigns", "restatement", "track_record"]

_STILL = 1e-9  # a relative move of a close that is only rounding


@dataclass(frozen=True)
class Reign:
    """A version that is or was champion, and when; ISO text, UTC."""

    variant: str
    version: str
    spans: tuple[tuple[str, str | None], ...]  # from and until, oldest first; none where no decision tells
    champion: bool  # whether it is now

    @property
    def since(self) -> str | None:
        """When it became champion for the first time."""
        return self.spans[0][0] if self.spans else None

    @property
    def until(self) -> str | None:
        """When it was replaced; None while it is champion."""
        return self.spans[-1][1] if self.spans and not self.champion else None


@dataclass(frozen=True)
class Restatement:
    """How a week that was asked again with other data, or another choice, differs from its first row."""

    follow: bool  # whether a person chose otherwise meanwhile
    weights: float  # share of wealth that stands elsewhere; NaN where one of the two decided nothing
    closes: dict[str, float]  # relative move of each close at the decision that is another one


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """A champion's sealed weeks and what became of those that were sealed beforehand."""

    reign: Reign
    rows: tuple[SealedWeek, ...]  # oldest first
    scored: Scored | None  # None: no live week has its prices yet
    cone: Cone | None  # None: the version's record cannot be read
    standing: Standing | None  # None without a scored week or a cone
    moved: dict[int, dict[str, float]]  # rows that the data of now contradict -> how their closes moved
    unsealed: tuple[tuple[str, str], ...]  # decision and reason of weeks without a row, oldest first
    problems: tuple[str, ...]  # why something is not shown


def reigns(registry: Registry, variant: str) -> list[Reign]:
    """Every version that is or was champion of a variant, or every book: that of now, then latest first."""
    if variant == BOOK:
        moves = DecisionLog(registry.root).decisions(BOOK)[::-1]  # oldest first
        now = moves[-1].version if moves else None
    else:
        state = state_of(registry, variant)
        moves, now = state.moves[::-1], state.champion
    spans: dict[str, list[tuple[str, str | None]]] = {}
    for row, after in zip_longest(moves, moves[1:]):
        before = spans.pop(row.version, [])  # put at the end: the latest to rise comes first in the answer
        spans[row.version] = [*before, (row.at, after.at if after else None)]
    if now:
        spans[now] = spans.pop(now, [])
    return [Reign(variant, name, tuple(known), name == now) for name, known in reversed(spans.items())]


def track_record(registry: Registry, log: TrackLog, panel: MarketPanel, reign: Reign) -> TrackRecord:
    """Read and score one reign. What cannot be read or scored is named in `problems`; nothing is written."""
    rows = tuple(log.rows(reign.variant, reign.version))
    problems: list[str] = []
    results, promise = None, None
    try:
        results = scored(subject_label(reign.variant), rows, panel)
    except DataError as refusal:
        problems.append(str(refusal))
    try:
        leads = _promised(registry, reign)
        promise = cone(leads, len(results.leads) if results else YEAR)
    except DeskError as refusal:
        problems.append(str(refusal))
    return TrackRecord(
        reign=reign,
        rows=rows,
        scored=results,
        cone=promise,
        standing=standing(promise, results.leads) if promise and results else None,
        moved={row.seq: moved_closes(row, panel) for row in rows if _contradicted(row, panel)},
        unsealed=tuple(_unsealed(panel, reign, rows)),
        problems=tuple(problems),
    )


def restatement(first: SealedWeek, again: SealedWeek) -> Restatement:
    """What another answer to the same week changed."""
    both = bool(first.weights and again.weights)
    names = {*first.weights, *again.weights} - {CASH}
    apart = sum(abs(again.weights.get(name, 0.0) - first.weights.get(name, 0.0)) for name in names)
    return Restatement(
        follow=first.follow != again.follow,
        weights=apart if both else float("nan"),
        closes=_moves(first.closes, again.closes),
    )


def moved_closes(row: SealedWeek, panel: MarketPanel) -> dict[str, float]:
    """Relative move since of the closes that a row was sealed with; empty where none of these moved."""
    place = int(np.searchsorted(panel.sessions, np.datetime64(row.decision)))
    if place == len(panel.sessions) or str(panel.sessions[place]) != row.decision:
        return {}
    return _moves(row.closes, dict(zip(panel.symbols, panel.closes[place].tolist(), strict=True)))


def _promised(registry: Registry, reign: Reign) -> Floats:
    """Weekly log leads (W,) of the record with which a champion, or the book, was chosen."""
    if reign.variant != BOOK:
        return promised_leads(registry.version(reign.variant, reign.version))
    book = read_book(reign.version)
    versions = champions_at(registry, book.champions, reign.spans[-1][0])
    return leads_of(record_of(book, versions), next(iter(versions.values())).settings.constraints)


def _contradicted(row: SealedWeek, panel: MarketPanel) -> bool:
    """Whether the data up to a row's decision are others now."""
    known = row.intact and np.datetime64(row.decision) in panel.decisions
    return known and panel.fingerprint_at(panel.step_at(row.decision)) != row.fingerprint


def _moves(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    known = {symbol_key(name): close for name, close in after.items()}
    moves = {
        name: known[symbol_key(name)] / close - 1.0
        for name, close in before.items()
        if symbol_key(name) in known
    }
    return {name: move for name, move in moves.items() if abs(move) > _STILL}


def _unsealed(panel: MarketPanel, reign: Reign, rows: tuple[SealedWeek, ...]) -> Iterator[tuple[str, str]]:
    """Weeks of a reign without a row, and why."""
    sealed = {row.decision for row in rows}
    for since, until in reign.spans:
        inside = panel.decisions >= newest_decision(since)
        if until:
            inside &= panel.decisions < newest_decision(until)
        reason = "Nobody asked while it was champion." if until else "Not sealed yet."
        for decision in map(str, panel.decisions[inside]):
            if decision not in sealed:
                yield decision, reason
