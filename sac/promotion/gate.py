"""Who may become champion: CAGR first (original plan), measured on the same weeks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sac.config import SERVICE_WEEKS, WEEKS_PER_YEAR
from sac.evidence import cagr
from sac.evidence.comparison import common_weeks, equal_weight, followed_by, on_weeks
from sac.portfolio import Backtest, log_lead
from sac.registry import Version

__all__ = ["LEAST_COMMON_WEEKS", "Forward", "Gate", "expired", "gate", "nothing_later", "record_beside"]

LEAST_COMMON_WEEKS = 26
# A version's weeks after its last decision; None where there are none, or the data of now cannot tell.
Forward = Callable[[Version], Backtest | None]


def nothing_later(version: Version) -> Backtest | None:
    """The answer of whoever has no data beyond the versions' own."""


@dataclass(frozen=True)
class Gate:
    """Whether a challenger may become champion. CAGR is a fraction, out of sample, net of costs."""

    passed: bool
    eval_cagr: float  # NaN where the version has none
    prior_cagr: float | None  # the champion's; None where there is none to compare with
    reason: str  # one sentence for the page
    weeks: int = 0  # that both were measured on; 0: each on its own, or there is nothing to compare with
    measure: Literal["cagr", "lead"] = "cagr"  # what decided: CAGR, or lead over equal weight


def gate(challenger: Version, champion: Version | None, forward: Forward = nothing_later) -> Gate:
    """The first model passes; a later one only with a higher CAGR than the champion's on the same weeks.

    The champion's record there is its evaluation and its forward weeks. With other stocks, or fewer than 26
    weeks in common, leads over equal weight are compared, each on its own weeks. An expired champion is no
    hurdle. Raises ArtifactError where an evaluation cannot be read.
    """
    record = challenger.evaluation()
    own = cagr(record.net)
    if not math.isfinite(own):
        return Gate(False, own, None, "The new version has no CAGR out of sample.")
    if champion is None:
        return Gate(True, own, None, f"The first model is promoted; its CAGR is {own * 100:.2f} %.")
    if expired(champion, challenger):
        return Gate(
            True,
            own,
            None,
            f"The champion's agents expired {SERVICE_WEEKS} weeks after {champion.metadata.last_decision}: "
            f"they are no hurdle. CAGR {own * 100:.2f} %.",
        )
    theirs = record_beside(champion, challenger, forward)
    rows = common_weeks({"challenger": record, "champion": theirs})
    weeks = len(rows["challenger"])
    if challenger.symbols != champion.symbols or weeks < LEAST_COMMON_WEEKS:
        return _by_lead(challenger, record, champion, theirs, weeks)
    ours = on_weeks("challenger", record, rows["challenger"], challenger.settings.constraints)
    prior = on_weeks("champion", theirs, rows["champion"], champion.settings.constraints)
    span = f"on the {weeks} weeks from {ours.dates[0]} to {ours.dates[-1]}"
    own, before = cagr(ours.net), cagr(prior.net)
    if not math.isfinite(before):
        return Gate(False, own, before, "The champion has no CAGR to compare with.")
    passed = own > before
    return Gate(passed, own, before, f"{_sentence('CAGR', own, before, '%')} {span}.", weeks)


def expired(champion: Version, challenger: Version) -> bool:
    """Whether the champion's agents were too old at the challenger's last decision."""
    return bool(np.datetime64(challenger.metadata.last_decision) >= champion.expiry)


def record_beside(champion: Version, challenger: Version, forward: Forward) -> Backtest:
    """The champion's record as traded, with its forward weeks where the challenger's go on for longer."""
    record = champion.evaluation()
    if champion.symbols != challenger.symbols:
        return record
    if challenger.metadata.evaluation_end <= champion.metadata.evaluation_end:
        return record
    later = forward(champion)
    return followed_by(record, later) if later is not None else record


def _by_lead(challenger: Version, record: Backtest, champion: Version, theirs: Backtest, weeks: int) -> Gate:
    """Compare what each made of its own market: CAGRs of different weeks or stocks compare markets."""
    ours, before = _lead(record, challenger), _lead(theirs, champion)
    why = f"they have {weeks} weeks in common" if challenger.symbols == champion.symbols else "other stocks"
    return Gate(
        ours > before,
        cagr(record.net),
        cagr(theirs.net),
        f"{_sentence('Lead over equal weight', ours, before, 'pp a year')}, each on its own weeks ({why}).",
        measure="lead",
    )


def _lead(record: Backtest, version: Version) -> float:
    """Annualised log growth over equal weight, net of costs."""
    equal = equal_weight(record, np.arange(len(record.net)), version.settings.constraints)
    lead = float(log_lead(record, equal).mean())
    return lead * WEEKS_PER_YEAR if math.isfinite(lead) else -math.inf


def _sentence(what: str, own: float, prior: float, unit: str) -> str:
    # Four digits: two versions that print alike at two must not look equal and be judged otherwise.
    verdict = "is higher than" if own > prior else "equals" if own == prior else "is not higher than"
    sign = "+" if unit != "%" else ""
    return f"{what} {own * 100:{sign}.4f} {unit} {verdict} the champion's {prior * 100:{sign}.4f} {unit}"
