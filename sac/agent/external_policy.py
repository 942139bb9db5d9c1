"""An agent that another library trained, as an allocator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from sac.agent.environment import flat_features
from sac.agent.scaler import PortfolioScaler
from sac.arrays import Floats
from sac.config import Constraints, SACSettings
from sac.market import MarketPanel
from sac.portfolio.constraints import portfolio_weights

__all__ = ["ExternalPolicy"]


@dataclass(frozen=True, eq=False)
class ExternalPolicy:
    """Any function from an observation of `PortfolioEnv` to an action, held to the desk's limits.

    Give it the scaler, settings and constraints that its environment had.
    """

    name: str
    act: Callable[[npt.NDArray[np.float32]], Any]  # (8n + n + 1,) -> (n+1,) in [-1, 1]
    scaler: PortfolioScaler
    settings: SACSettings = field(default_factory=SACSettings)
    constraints: Constraints = field(default_factory=Constraints)

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) of the policy's action. Raises ValueError where that is no action."""
        known = flat_features(self.scaler.transform(panel.features[step : step + 1]))[0]
        action = np.asarray(self.act(np.concatenate([known, weights], dtype=np.float32)), dtype=np.float64)
        if action.shape != weights.shape or not (np.abs(action) <= 1.0).all():  # NaN is not below 1 either
            raise ValueError(
                f"{self.name} answered {action} at {panel.decisions[step]}: an action is {len(weights)} "
                "numbers from -1 to 1, one per stock and CASH last."
            )
        target = portfolio_weights(torch.from_numpy(action), self.settings.action_scale, self.constraints)
        return target.numpy()
