"""How bad a bad week is: historical value at risk and expected shortfall of weekly returns."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sac.arrays import Floats

__all__ = ["LEVEL", "Tails", "tails"]

LEVEL = 0.95
_STILL = 1e-12  # a spread that is only rounding


@dataclass(frozen=True)
class Tails:
    """The distribution of weekly net returns, fractions; losses are negative."""

    worst: float
    cvar: float  # mean of the worst 5 % of the weeks
    var: float  # a return that 95 % of the weeks reach or exceed
    best: float
    skewness: float  # NaN where the returns do not vary, or are too few
    kurtosis: float  # over the normal's, NaN likewise


def tails(net: Floats) -> Tails:
    """Tails of weekly returns (W,), of the weeks as they were.

    The worst 5 % of W weeks need not be a whole number: the last of them counts in part, which makes CVaR
    coherent (Rockafellar & Uryasev 2002).
    """
    ordered, weekly = np.sort(net), pd.DataFrame({"net": net})
    mass = (1.0 - LEVEL) * len(net)
    whole = int(mass)
    varies = float(np.ptp(ordered)) > _STILL
    return Tails(
        worst=float(ordered[0]),
        cvar=float(ordered[:whole].sum() + (mass - whole) * ordered[whole]) / mass,
        var=float(ordered[whole]),
        best=float(ordered[-1]),
        skewness=float(weekly.skew()["net"]) if varies else math.nan,
        kurtosis=float(weekly.kurt()["net"]) if varies else math.nan,
    )
