"""Does an allocator pass validation? Judged on weeks left out of its training, before its evaluation."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sac.config import WEEKS_PER_YEAR, Constraints
from sac.market import MarketPanel
from sac.portfolio.backtest import Allocator, backtest
from sac.portfolio.baselines import EqualWeight

__all__ = ["Validation", "validate"]

_STANDARD_ERRORS = 1.0  # by which it must beat equal weight: with no edge, trading only costs


@dataclass(frozen=True)
class Validation:
    """An allocator against equal weight, net of costs, on its validation weeks. Dates are ISO text."""

    fold: int
    start: str  # first and last decision
    end: str
    weeks: int
    excess: float  # annualised log growth over equal weight
    t_statistic: float
    passed: Annotated[bool, Field(alias="trusted")]  # False: it stays at equal weight; `trusted` on disk

    @property
    def verdict(self) -> str:
        """The judgement in one sentence."""
        verb = "beat" if self.passed else "did not beat"
        then = "follows its agents" if self.passed else "holds equal weight"
        figures = f"{self.excess * 100:+.1f} pp of annualised log growth, t {self.t_statistic:+.1f}"
        return (
            f"On {self.weeks} validation weeks, {self.start} to {self.end}, the committee "
            f"{verb} equal weight by one standard error ({figures}): it {then}."
        )


def validate(
    panel: MarketPanel, allocator: Allocator, weeks: range, fold: int, constraints: Constraints
) -> Validation:
    """Run an allocator over validation weeks; it passes with one standard error above equal weight.

    It must not have been fitted to those weeks (leak!).
    """
    equal = backtest(EqualWeight(constraints), panel, weeks, constraints)
    result = backtest(allocator, panel, weeks, constraints)
    edge = np.log1p(result.net) - np.log1p(equal.net)
    error = float(edge.std(ddof=1) / np.sqrt(len(edge)))
    t_statistic = float(edge.mean()) / error if error > 0 else 0.0
    return Validation(
        fold=fold,
        start=str(result.decisions[0]),
        end=str(result.decisions[-1]),
        weeks=len(edge),
        excess=float(edge.mean()) * WEEKS_PER_YEAR,
        t_statistic=t_statistic,
        passed=t_statistic > _STANDARD_ERRORS,
    )
