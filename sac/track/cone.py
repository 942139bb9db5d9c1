"""The cone: what a champion's back-test promised, and whether its live weeks are inside."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sac.arrays import Floats
from sac.config import Constraints
from sac.evidence.comparison import equal_weight
from sac.evidence.significance import histories
from sac.portfolio import Backtest, log_lead
from sac.registry import Version

__all__ = [
    "YEAR",
    "Cone",
    "Standing",
    "Word",
    "cone",
    "deepest_shortfalls",
    "leads_of",
    "promised_leads",
    "standing",
]

YEAR = 52  # weeks ahead that a cone shows at least, and over which a shortfall is judged
_EDGES = (5.0, 25.0, 50.0, 75.0, 95.0)  # percentiles: of the 90 % band, the 50 % band, and the median
_STILL = 1e-12  # a lead that is only rounding

Word = Literal["inside", "below", "above"]


@dataclass(frozen=True, eq=False)
class Cone:
    """Cumulative log leads over equal weight that histories resampled from the back-test have, week by week.

    Each band is pointwise: after each number of weeks, 90 % of the histories lie within it at that week.
    """

    promised: int  # weeks of the record that it was drawn from
    mean: float  # weekly log lead of that record
    bands: Floats  # (5, H) at the 5th, 25th, 50th, 75th and 95th percentile, after 1 to H weeks
    paths: Floats  # (draws, H) the histories

    @property
    def flat(self) -> bool:
        """Whether it promises nothing: the record was equal weight's in every week."""
        return bool(np.abs(self.paths).max() < _STILL)


@dataclass(frozen=True)
class Standing:
    """Where a live record stands in its cone after so many weeks."""

    word: Word  # of the 90 % band at this week
    weeks: int
    lead: float  # cumulative log lead over equal weight
    probability: float  # share of the histories that are no better at this week
    anytime: float  # share that fall as far behind their mean in some week of a year: for who looks weekly

    @property
    def breached(self) -> bool:
        """Whether it left the 90 % band."""
        return self.word != "inside"


def promised_leads(version: Version) -> Floats:
    """Weekly log leads (W,) over equal weight of the record that a version was promoted with.

    It is stored with the version and never changes: later trainings do not move it.
    """
    return leads_of(version.evaluation(), version.settings.constraints)


def leads_of(record: Backtest, constraints: Constraints) -> Floats:
    """Weekly log leads (W,) of a record over equal weight on its weeks."""
    return log_lead(record, equal_weight(record, np.arange(len(record.net)), constraints))


def cone(leads: Floats, weeks: int = YEAR) -> Cone:
    """The cone of a record's weekly log leads (W,) for so many weeks, a year at least."""
    drawn = leads.take(histories(len(leads), max(weeks, YEAR)))
    paths: Floats = drawn.cumsum(axis=1)
    return Cone(len(leads), float(leads.mean()), np.percentile(paths, _EDGES, axis=0), paths)


def standing(promise: Cone, leads: Floats) -> Standing:
    """Where live weekly log leads (n,), at least one and no more than the cone has weeks, have led to."""
    lead, at = float(leads.sum()), promise.paths[:, len(leads) - 1]
    worse = float((at < lead - _STILL).mean() + 0.5 * (np.abs(at - lead) <= _STILL).mean())
    low, high = promise.bands[0, len(leads) - 1] - _STILL, promise.bands[-1, len(leads) - 1] + _STILL
    word: Word = "below" if lead < low else "above" if lead > high else "inside"
    behind = deepest_shortfalls(leads, promise.mean)
    paths = np.diff(promise.paths[:, : max(YEAR, len(leads))], prepend=0.0)
    deepest = deepest_shortfalls(paths, promise.mean)
    return Standing(word, len(leads), lead, worse, float((deepest >= behind - _STILL).mean()))


def deepest_shortfalls(leads: Floats, mean: float) -> Floats:
    """How far leads (..., n) are behind a promised weekly mean at their worst: (...), zero where never."""
    behind: Floats = (mean - leads).cumsum(axis=-1).max(axis=-1)
    return np.maximum(behind, 0.0)
