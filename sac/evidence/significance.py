"""Is a difference more than luck? A paired bootstrap, and Sharpe ratios that remember the search."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR
from sac.portfolio import expected_maximum

__all__ = [
    "Difference",
    "Search",
    "deflated_sharpe",
    "difference",
    "histories",
    "information_ratio",
    "leads",
    "probabilistic_sharpe",
]


_DRAWS = 10_000
_INTERVAL = (2.5, 97.5)  # percentiles
_NORMAL = NormalDist()
# Standard errors by which a true difference must stand out to be seen in four of five samples.
_DETECTABLE = _NORMAL.inv_cdf(0.975) + _NORMAL.inv_cdf(0.8)
_STILL = 1e-12  # a spread that is only rounding


@dataclass(frozen=True)
class Difference:
    """Of two strategies over the same weeks: annualised log growth, net of costs, as a fraction."""

    weeks: int
    mean: float
    low: float  # 95 % interval
    high: float
    p_better: (
        float  # share of resampled histories, as wide, in which the first ends above; NaN: no difference
    )
    detectable: float  # the smallest true difference that as many weeks show in four of five cases

    @property
    def none(self) -> bool:
        """Whether the two had the same return in every week."""
        return self.mean == self.low == self.high == 0.0

    def detectable_in(self, weeks: int) -> float:
        """The same of another number of weeks: it falls with the root of their number."""
        return self.detectable * math.sqrt(self.weeks / weeks)

    @property
    def verdict(self) -> str:
        """What the interval says of the difference, to be said after its name."""
        if self.none:
            return "is none: every week is the same"
        if self.low <= 0.0 <= self.high:
            return "could be luck"
        return "is more than luck" if self.low > 0 else "is worse by more than luck"


def difference(one: Floats, other: Floats, seed: int = 0, draws: int = _DRAWS) -> Difference:
    """Paired stationary bootstrap (Politis & Romano 1994) of weekly net returns (W,), the same weeks in both.

    Blocks are W^(1/3) weeks long on average, the usual rate: they keep what hangs together from week to week.
    The interval is widened as Student's t is beside the normal, for there are only so many blocks.
    """
    edge = np.log1p(one) - np.log1p(other)  # (W,)
    weeks = len(edge)
    if not edge.any():
        return Difference(weeks, 0.0, 0.0, 0.0, math.nan, 0.0)
    means = edge.take(histories(weeks, weeks, seed, draws)).mean(axis=1) * WEEKS_PER_YEAR  # (draws,)
    mean = float(edge.mean()) * WEEKS_PER_YEAR
    widened = mean + (means - mean) * _few_blocks(weeks / _block(weeks))
    low, high = np.percentile(widened, _INTERVAL)
    better = float(((widened > 0) + 0.5 * (widened == 0)).mean())
    return Difference(weeks, mean, float(low), float(high), better, float(means.std()) * _DETECTABLE)


# 2 MB for two years of weeks; whoever compares many has them all of one length.
@functools.lru_cache(maxsize=4)
def histories(weeks: int, length: int, seed: int = 0, draws: int = _DRAWS) -> npt.NDArray[np.int16]:
    """Histories (draws, length) resampled from a record of so many weeks: which week stands at each position.

    Stationary bootstrap (Politis & Romano 1994), blocks of weeks^(1/3) on average.
    """
    rng = np.random.default_rng(seed)
    restart = rng.random((draws, length)) < 1.0 / _block(weeks)
    since = np.arange(length) - np.maximum.accumulate(np.where(restart, np.arange(length), 0), axis=1)
    # Each position's block began `since` weeks ago: it carries on from the week that was drawn there.
    starts = rng.integers(weeks, size=(draws, length))
    began = np.take_along_axis(starts, np.arange(length) - since, axis=1)
    return ((began + since) % weeks).astype(np.int16)


def _block(weeks: int) -> float:
    """Mean length of a block."""
    return float(weeks ** (1 / 3))


def _few_blocks(blocks: float) -> float:
    """How much wider an interval from so many blocks is than one from endlessly many (Student's t)."""
    freedom = max(blocks - 1.0, 1.0)
    z = _NORMAL.inv_cdf(0.975)
    return math.sqrt(blocks / freedom) * (1.0 + (z**2 + 1.0) / (4.0 * freedom))


def probabilistic_sharpe(net: Floats, benchmark: float = 0.0) -> float:
    """P(true Sharpe > benchmark), both annualised, of weekly returns (W,) (Bailey & López de Prado 2012).

    Fat tails and skewness widen the error. NaN where the returns do not vary.
    """
    spread = float(net.std(ddof=1)) if len(net) > 1 else 0.0
    if spread < 1e-12:
        return math.nan
    z = (net - net.mean()) / net.std()
    skew, kurtosis = float((z**3).mean()), float((z**4).mean())
    sharpe = float(net.mean()) / spread  # weekly
    variance = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
    distance = sharpe - benchmark / math.sqrt(WEEKS_PER_YEAR)
    return _NORMAL.cdf(distance * math.sqrt(len(net) - 1) / math.sqrt(max(variance, 1e-12)))


@dataclass(frozen=True)
class Search:
    """The search that a candidate was picked from."""

    candidates: int  # how many were tried
    spread: float  # standard deviation of their information ratios; NaN where it is not known

    @classmethod
    def among(cls, *groups: Sequence[float], others: int = 0) -> "Search":
        """A search whose candidates had these information ratios, and others of which it is not known.

        Candidates of one group were measured on the same weeks. The spread is that within the groups: how
        far two stretches lie apart says nothing of how far the candidates do.
        """
        groups = tuple(group for group in groups if group)
        count = sum(map(len, groups))
        freedom = count - len(groups)
        around = sum(float(np.var(group)) * len(group) for group in groups)
        return cls(count + others, math.sqrt(around / freedom) if freedom else math.nan)


def deflated_sharpe(lead: Floats, search: Search) -> float:
    """P(true Sharpe ratio of weekly leads (W,) > the best that luck yields in the search).

    Bailey & Lopez de Prado 2014, of the lead over equal weight: what everybody earned is no skill. Where
    nothing was searched it is the probabilistic Sharpe ratio; NaN where there is no lead in any week.
    """
    if search.candidates < 2 or math.isnan(search.spread):
        return probabilistic_sharpe(lead)
    return probabilistic_sharpe(lead, search.spread * expected_maximum(search.candidates))


def information_ratio(lead: Floats) -> float:
    """Annualised Sharpe ratio of weekly leads (W,); NaN where they do not vary."""
    spread = float(lead.std(ddof=1)) if len(lead) > 1 else 0.0
    return float(lead.mean()) / spread * math.sqrt(WEEKS_PER_YEAR) if spread > _STILL else math.nan


def leads(net: Floats, equal: Floats) -> Floats:
    """Weekly return over equal weight's, (W,), net of costs."""
    ahead: Floats = (1.0 + net) / (1.0 + equal) - 1.0
    return ahead
