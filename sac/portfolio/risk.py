"""What a portfolio may be expected to risk: volatility, tracking error, and each stock's part in it."""

import math
from dataclasses import dataclass

import numpy as np

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR
from sac.market import MarketPanel

__all__ = ["Risk", "covariance_at", "risk_of", "trailing_returns"]

_TRAILING_WEEKS = 104
_LEAST_WEEKS = 26  # fewer say too little


@dataclass(frozen=True, eq=False)
class Risk:
    """Expected of a portfolio that is held, annualised; fractions of wealth."""

    volatility: float
    tracking_error: float  # volatility of the difference to a reference portfolio
    contributions: Floats  # (n,) of each stock; they sum to `volatility`


def trailing_returns(panel: MarketPanel, step: int) -> Floats:
    """Weekly returns (W, n) known at a step's decision, the last 104 at most."""
    # Purge: a week's return ends at a fill that lies after the next decision.
    known = panel.steps_known_at(step)
    return panel.returns[max(known - _TRAILING_WEEKS, 0) : known]


def covariance_at(panel: MarketPanel, step: int) -> Floats | None:
    """Covariance (n, n) of weekly returns as known at a step's decision; None with fewer than 26 weeks.

    Shrunk by Ledoit and Wolf ("A well-conditioned estimator for large-dimensional covariance matrices",
    2004), so that more stocks than weeks make no portfolio look free of risk.
    """
    returns = trailing_returns(panel, step)
    if len(returns) < _LEAST_WEEKS:
        return None
    from skfolio.moments import LedoitWolf  # here: it takes a second to load

    covariance: Floats = LedoitWolf().fit(returns).covariance_
    return covariance


def risk_of(weights: Floats, reference: Floats, covariance: Floats) -> Risk:
    """Risk of stocks' weights (n,) beside reference weights (n,); CASH, which is in neither, has none.

    covariance: (n, n), of weekly returns. A stock contributes its weight times the derivative of the
    volatility by it (Euler's allocation).
    """
    yearly = covariance * WEEKS_PER_YEAR
    marginal, active = yearly @ weights, weights - reference
    # A variance of nothing may come out a rounding error below zero.
    volatility = math.sqrt(max(float(weights @ marginal), 0.0))
    tracking_error = math.sqrt(max(float(active @ yearly @ active), 0.0))
    contributions = weights * marginal / volatility if volatility else np.zeros_like(weights)
    return Risk(volatility, tracking_error, contributions)
