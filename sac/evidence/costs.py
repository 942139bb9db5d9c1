"""What trading costs do to a result: exact, for weights, drift and turnover do not depend on the rate."""

import math
from dataclasses import replace

import numpy as np

from sac.portfolio import Backtest

__all__ = ["COST_RATES", "at_cost", "break_even"]

COST_RATES = (0.0, 0.0010, 0.0025, 0.0050)  # of every dollar traded in stocks
_DEAREST = 0.10  # rates above are nobody's
_PRECISION = 1e-9


def at_cost(result: Backtest, rate: float) -> Backtest:
    """The same trades at another cost of every dollar traded; members keep what they paid."""
    return replace(result, net=(1.0 - rate * result.turnover) * (1.0 + result.gross) - 1.0)


def break_even(result: Backtest, benchmark: Backtest) -> float:
    """The cost rate at which both grow alike over their common weeks; NaN where none up to 10 % does.

    Then one of them is ahead at every rate: whoever is without costs.
    """
    low, high = 0.0, _DEAREST
    ahead = _lead(result, benchmark, low) > 0
    if (_lead(result, benchmark, high) > 0) == ahead:
        return math.nan
    while high - low > _PRECISION:
        middle = (low + high) / 2
        if (_lead(result, benchmark, middle) > 0) == ahead:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _lead(result: Backtest, benchmark: Backtest, rate: float) -> float:
    """Log growth over the benchmark's when both pay that rate."""
    return float((np.log1p(at_cost(result, rate).net) - np.log1p(at_cost(benchmark, rate).net)).sum())
