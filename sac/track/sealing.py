"""Sealing what champions decide: the week of now before its prices exist, those that were missed as late."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sac.arrays import Floats
from sac.book import BOOK, Decider, decider_of
from sac.config import Constraints
from sac.errors import ExpiredAgents
from sac.market import MarketPanel, trading_weeks
from sac.market.calendar import has_ended, last_ended_session
from sac.market.prices.tables import running_note
from sac.portfolio import all_cash, asset_growth, drift
from sac.registry import Registry
from sac.track.sealed import SealedWeek, TrackLog, WeekDecision

if TYPE_CHECKING:
    from sac.inference import Recommendation

__all__ = ["held_before", "lateness", "newest_decision", "seal", "seal_missing", "unsealed_steps"]

_MONTH = np.timedelta64(31, "D")  # no week of an exchange is that long


def seal(
    log: TrackLog, decider: Decider, panel: MarketPanel, step: int, *, now: datetime | None = None
) -> SealedWeek:
    """Seal what a champion or the book decides at a step, for what its sealed weeks before have led to.

    Asked again with the same data and choice the row that is there is returned; with others one more row,
    "restated", is added. A week for which the agents are too old is sealed without weights, with the reason.
    now: UTC; the machine's clock by default. Raises DataError for another universe, ArtifactError for a
    damaged version, StorageError where the log cannot be written.
    """
    decision, fingerprint = str(panel.decisions[step]), panel.fingerprint_at(step)
    before = _rows(log, decider)
    key = (fingerprint, decider.followed)
    known = (
        row for row in before if row.version == decider.name and (row.decision, row.key) == (decision, key)
    )
    if row := next(known, None):
        return row
    decided = _decided(decider, panel, step, before) | {"fingerprint": fingerprint}
    return log.append(WeekDecision(**decided), partial(lateness, panel, step), now)


def seal_missing(
    log: TrackLog,
    registry: Registry,
    panel: MarketPanel,
    subject: str,
    *,
    cache: Path | None = None,
    now: datetime | None = None,
) -> list[SealedWeek]:
    """Seal every complete week since a variant's promotion, or the book's choice, that has no row yet.

    Oldest first. The newest week of the data is always among them, and is asked again where it has a row:
    the result is the rows that were added. Raises as `seal` and `decider_of` do; nothing is sealed where
    nobody decides.
    """
    decider = decider_of(registry, subject, cache)
    if decider is None:
        return []
    log.witness(now)
    known = {row.seq for row in log.rows(subject)}
    steps = unsealed_steps(log, panel, decider)
    if (newest := len(panel.decisions) - 1) not in steps:
        steps.append(newest)
    answers = [seal(log, decider, panel, step, now=now) for step in steps]
    return [row for row in answers if row.seq not in known]


def unsealed_steps(log: TrackLog, panel: MarketPanel, decider: Decider) -> list[int]:
    """Steps of the panel since it began to decide, and the newest one, that have no row, oldest first."""
    sealed = {row.decision for row in log.rows(decider.subject, decider.name)}
    began = max(newest_decision(decider.since), np.datetime64(decider.learned_until))
    first = min(began, panel.decisions[-1])
    return [
        step
        for step, decision in enumerate(panel.decisions)
        if decision >= first and str(decision) not in sealed
    ]


def newest_decision(at: str) -> np.datetime64:
    """The newest week that was complete at a moment (ISO text, UTC where it names no zone)."""
    moment = pd.Timestamp(at)
    ended = last_ended_session(moment if moment.tzinfo else moment.tz_localize("UTC"))
    return np.datetime64(trading_weeks(ended - _MONTH, ended).decisions[-1])


def lateness(panel: MarketPanel, step: int, at: datetime) -> str | None:
    """Why a decision of the panel does not count as made beforehand at a moment; None in time."""
    decision, fill, now = str(panel.decisions[step]), str(panel.fills[step]), pd.Timestamp(at)
    fetched = panel.provenance.fetched_at
    if has_ended(fill, now):
        return f"Sealed after the close of {fill}."
    if panel.sessions[-1] >= panel.fills[step]:
        return f"The data held prices of {fill} and later."
    if not has_ended(decision, now):
        return f"By this machine's clock the session of {decision} was not over: the clock was behind."
    if running_note(fill) in panel.provenance.note:
        return f"The data hold a row of {fill}, which may be its close."
    if fetched and pd.Timestamp(fetched) > now:
        return f"The clock was set back: the data were fetched at {fetched}."
    return None


def held_before(
    rows: Sequence[SealedWeek], panel: MarketPanel, step: int, constraints: Constraints
) -> Floats:
    """Weights (n+1,) at a decision's close that a version's sealed weeks before have led to; first all CASH.

    Restated rows led to nothing; over weeks without a row nobody trades.
    """
    decided = {row.decision: row for row in rows if row.weights and row.kind != "restated"}
    held, begun = all_cash(len(panel.symbols)), False
    for earlier in range(step):
        row = decided.get(str(panel.decisions[earlier]))
        if row:
            held, begun = row.shares(panel.symbols), True
        if begun:
            last = earlier == step - 1  # CASH earns its week at the fill
            growth = panel.seen[earlier] if last else panel.returns[earlier]
            held = drift(held, asset_growth(growth, 1.0 if last else constraints.cash_growth))
    return held


def _rows(log: TrackLog, decider: Decider) -> list[SealedWeek]:
    """What was sealed before it: a champion's own weeks; of the book all, for its portfolio goes on."""
    return log.rows(decider.subject, None if decider.subject == BOOK else decider.name)


def _decided(decider: Decider, panel: MarketPanel, step: int, before: Sequence[SealedWeek]) -> dict[str, Any]:
    """The facts of a `WeekDecision`, but for the fingerprint."""
    decision = panel.decisions[step]
    close = panel.closes[panel.last_sessions[step]]
    facts: dict[str, Any] = {
        "subject": decider.subject,
        "version": decider.name,
        "decision": str(decision),
        "fill": str(panel.fills[step]),
        "follow": decider.followed,
        "closes": dict(zip(panel.symbols, close.tolist(), strict=True)),
        "constraints": asdict(decider.constraints),
        "source": panel.provenance.source,
    }
    try:
        advice = _advice(decider, panel, step, before)
    except ExpiredAgents as refusal:
        undecided: dict[str, Any] = {"weights": {}, "agents": {}, "conviction": None, "forecasts": {}}
        return facts | undecided | {"note": str(refusal)}
    return facts | {
        "weights": advice.target_weights,
        "agents": advice.agents_weights,
        "conviction": advice.conviction,
        "forecasts": advice.forecasts,
        "note": "",
    }


def _advice(
    decider: Decider, panel: MarketPanel, step: int, before: Sequence[SealedWeek]
) -> "Recommendation":
    from sac.inference import Holdings  # here, because it loads torch

    held = held_before(before, panel, step, decider.constraints).tolist()
    holdings = Holdings(held[-1], dict(zip(panel.symbols, held[:-1], strict=True)))
    # Late or not: what it decides there does not depend on the day of asking.
    return decider.advise(panel, step, holdings, today=panel.decisions[step])
