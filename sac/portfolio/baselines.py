"""Allocators that learn nothing: what every agent has to beat, through the same accounting.

Their `target` needs no panel: from the number of stocks and what is held it says what to hold.
"""

import math
from dataclasses import dataclass

import numpy as np

from sac.arrays import Floats
from sac.config import Constraints
from sac.market import MarketPanel
from sac.portfolio.accounting import all_cash

__all__ = ["RISK_BASED", "BuyAndHold", "Cash", "EqualWeight", "TopFifth", "equal_weights"]


RISK_BASED = {  # name -> estimator of skfolio, with its defaults: long only
    "Inverse volatility": "InverseVolatility",
    "HRP": "HierarchicalRiskParity",
    "Minimum variance": "MeanRisk",
}


def equal_weights(n: int, constraints: Constraints) -> Floats:
    """The same share in every stock, within the cash buffer and the cap: (n+1,), the rest in CASH."""
    share = min((1.0 - constraints.cash_buffer) / n, constraints.max_position)
    return np.append(np.full(n, share), 1.0 - n * share)


@dataclass(frozen=True)
class EqualWeight:
    """Back to equal weights every week."""

    constraints: Constraints
    name: str = "Equal weight"

    def target(self, stocks: int, held: Floats) -> Floats:
        """Equal weights (n+1,), whatever is held."""
        return equal_weights(stocks, self.constraints)

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Equal weights (n+1,), whatever was known."""
        return self.target(len(panel.symbols), weights)


@dataclass(frozen=True)
class BuyAndHold:
    """Equal weights on the first day, never traded again; winners may drift past the cap."""

    constraints: Constraints
    name: str = "Buy & hold"

    def target(self, stocks: int, held: Floats) -> Floats | None:
        """Equal weights (n+1,) out of all cash, else no trade."""
        return None if held[-1] < 1.0 else equal_weights(stocks, self.constraints)

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats | None:
        """Equal weights (n+1,) out of all cash, else no trade."""
        return self.target(len(panel.symbols), weights)


@dataclass(frozen=True)
class TopFifth:
    """The rule that trades a forecast outright: equal shares of the fifth of the stocks ranked best."""

    constraints: Constraints
    name: str = "Top fifth by forecast"

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Weights (n+1,), within the cap; equal weight where a forecast is missing."""
        forecasts, limits = panel.forecasts[step], self.constraints
        if not np.isfinite(forecasts).all():
            return equal_weights(len(forecasts), limits)
        least = math.ceil((1.0 - limits.cash_buffer) / limits.max_position)  # stocks that the cap asks for
        chosen = np.argsort(forecasts, kind="stable")[-max(round(len(forecasts) / 5), least) :]
        target = np.zeros(len(forecasts) + 1)
        target[chosen] = equal_weights(len(chosen), limits)[0]
        target[-1] = 1.0 - target.sum()
        return target


@dataclass(frozen=True)
class Cash:
    """Stays out of the market."""

    name: str = "Cash"

    def target(self, stocks: int, held: Floats) -> Floats:
        """All CASH (n+1,)."""
        return all_cash(stocks)

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """All CASH (n+1,)."""
        return self.target(len(panel.symbols), weights)
