"""Figures of the last so many weeks, along a record."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR

__all__ = ["rolling_sharpe", "rolling_volatility"]

_STILL = 1e-12  # a spread that is only rounding


def rolling_volatility(net: Floats, weeks: int) -> Floats:
    """Annualised volatility of the last `weeks` of weekly returns (W,): (W - weeks + 1,), fractions."""
    spread: Floats = sliding_window_view(net, weeks).std(axis=1, ddof=1) * np.sqrt(WEEKS_PER_YEAR)
    return spread


def rolling_sharpe(net: Floats, weeks: int) -> Floats:
    """Annualised Sharpe ratio, over zero, of the last `weeks` of weekly returns (W,): (W - weeks + 1,).

    NaN where they do not vary.
    """
    spread = rolling_volatility(net, weeks)
    growth = sliding_window_view(net, weeks).mean(axis=1) * WEEKS_PER_YEAR
    ratio: Floats = np.divide(growth, spread, out=np.full_like(spread, np.nan), where=spread > _STILL)
    return ratio
