"""How far is an allocator to be believed? Judged on weeks left out of its training, before its evaluation."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR, Constraints
from sac.market import MarketPanel
from sac.portfolio.backtest import Allocator, backtest, log_lead
from sac.portfolio.baselines import EqualWeight

__all__ = ["LearningPoint", "Validation", "expected_maximum", "tilted", "validate", "validation_of"]

_FULL = 2.0  # standard errors above equal weight at which an allocator is followed without reserve
_STILL = 1e-12  # a spread that is only rounding
_EULER = 0.5772156649015329
_SOURCES = {
    "validation": "validation weeks",
    "parent": "validation weeks of its parent",
    "blocks": "weeks of its own fine-tuning blocks",
}


@dataclass(frozen=True)
class Validation:
    """An allocator against equal weight, net of costs, on weeks that it had not seen. Dates are ISO text."""

    fold: int
    start: str  # first and last decision
    end: str
    weeks: int
    excess: float  # annualised log growth over equal weight
    t_statistic: float  # of the weekly log growth over equal weight
    # 0: equal weight, 1: the agents. Engines up to 3 stored whether it was `trusted`: all or nothing.
    conviction: Annotated[float, Field(ge=0, le=1, validation_alias=AliasChoices("conviction", "trusted"))]
    luck: float = 0.0  # what the best of as many settings as were compared shows of t without an edge
    source: Literal["validation", "parent", "blocks"] = "validation"  # whose weeks they are

    @property
    def evidence(self) -> str:
        """What the conviction rests on, in one sentence."""
        luck = f", of which {self.luck:.1f} are the luck of the best setting" if self.luck else ""
        return (
            f"{self.excess * 100:+.1f} pp of annualised log growth over equal weight "
            f"(t {self.t_statistic:+.1f}{luck}) on {self.weeks} {_SOURCES[self.source]}, "
            f"{self.start} to {self.end}."
        )


@dataclass(frozen=True)
class LearningPoint:
    """What the agents of today were worth on their validation weeks after so many updates."""

    update: int
    excess: float  # the committee's annualised log growth over equal weight, net of costs
    members: tuple[float, ...]  # each member's by itself


def tilted(agents: Floats, equal: Floats, conviction: float) -> Floats:
    """Weights (..., n+1) from equal weight (0) to the agents' (1); within the limits, which are convex."""
    return agents if conviction >= 1.0 else equal + conviction * (agents - equal)


def validate(
    panel: MarketPanel,
    allocator: Allocator,
    weeks: range,
    fold: int,
    constraints: Constraints,
    trials: int = 1,
) -> Validation:
    """Run an allocator over validation weeks and measure how far it is to be believed.

    It must not have been fitted to those weeks (leak!). `trials`: how many settings were compared to choose
    its own.
    """
    equal = backtest(EqualWeight(constraints), panel, weeks, constraints)
    result = backtest(allocator, panel, weeks, constraints)
    lead = log_lead(result, equal)
    return validation_of(lead, str(result.decisions[0]), str(result.decisions[-1]), fold, trials)


def validation_of(
    lead: Floats,
    start: str,
    end: str,
    fold: int,
    trials: int = 1,
    source: Literal["validation", "blocks"] = "validation",
) -> Validation:
    """What weekly log growth over equal weight (W,), net of costs, says of whoever earned it."""
    spread = float(lead.std(ddof=1)) if len(lead) > 1 else 0.0
    t_statistic = float(lead.mean()) / spread * math.sqrt(len(lead)) if spread > _STILL else 0.0
    luck = expected_maximum(trials)
    return Validation(
        fold=fold,
        start=start,
        end=end,
        weeks=len(lead),
        excess=float(lead.mean()) * WEEKS_PER_YEAR,
        t_statistic=t_statistic,
        conviction=min(max((t_statistic - luck) / _FULL, 0.0), 1.0),
        luck=luck,
        source=source,
    )


def expected_maximum(count: int) -> float:
    """Of so many standard normal numbers (Bailey & Lopez de Prado 2014, eq. 1); 0 for one."""
    if count < 2:
        return 0.0
    quantile = NormalDist().inv_cdf
    return (1.0 - _EULER) * quantile(1.0 - 1.0 / count) + _EULER * quantile(1.0 - 1.0 / (count * math.e))
