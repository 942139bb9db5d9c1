"""Baselines that weigh stocks by their risk: skfolio's estimators, refitted each quarter.

Their covariance is shrunk, as that of `risk`: of more stocks than weeks the sample's own is singular.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from sac.arrays import Floats
from sac.config import Constraints
from sac.market import MarketPanel
from sac.portfolio.baselines import RISK_BASED
from sac.portfolio.constraints import constrain
from sac.portfolio.risk import trailing_returns

__all__ = ["RISK_BASED", "RiskBased"]


_REFIT_WEEKS = 13


@dataclass(frozen=True)
class RiskBased:
    """Back every week to weights that were fitted at most a quarter ago, within the agents' constraints."""

    name: str  # one of RISK_BASED
    constraints: Constraints
    start: int  # step of the first fit; the others follow every 13 weeks
    fits: dict[int, Floats] = field(default_factory=dict, compare=False)  # step of the fit -> weights

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,), fitted to what was known at the last of the fitting steps."""
        fitted = step - (step - self.start) % _REFIT_WEEKS
        if fitted not in self.fits:
            self.fits[fitted] = self._fit(panel, fitted)
        return self.fits[fitted]

    def _fit(self, panel: MarketPanel, step: int) -> Floats:
        shares = _estimator(self.name).fit(trailing_returns(panel, step)).weights_
        wanted = np.append(np.clip(shares, 0.0, None), 0.0)  # a solver's zero may lie just below
        allowed: Floats = constrain(torch.from_numpy(wanted), self.constraints).numpy()
        return allowed


def _estimator(name: str) -> Any:
    import skfolio.optimization  # here: it takes seconds to load, and a page never needs it
    from skfolio.moments import LedoitWolf
    from skfolio.prior import EmpiricalPrior

    shrunk = EmpiricalPrior(covariance_estimator=LedoitWolf())
    return getattr(skfolio.optimization, RISK_BASED[name])(prior_estimator=shrunk)
