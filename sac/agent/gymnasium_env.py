"""The weekly portfolio problem as a `gymnasium.Env`, for agents that other libraries train.

gymnasium is optional (`pip install gymnasium`) and imported only here. Importing this module registers
`SacDesk/Portfolio-v0`.
"""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box

from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.scaler import PortfolioScaler
from sac.agent.unbatched import UnbatchedEnvironment
from sac.arrays import Singles
from sac.config import Constraints, SACSettings
from sac.market import MarketPanel

__all__ = ["ID", "PortfolioEnv", "portfolio_env"]

ID = "SacDesk/Portfolio-v0"


class PortfolioEnv(gymnasium.Env[Singles, Singles]):
    """State, action, constraints, costs and reward of our own agents, one week a step.

    Observation (8n + n + 1,): standardised signals n×7, forecasts n, weights n+1 with CASH last. Action
    (n+1,) in [-1, 1]: logits, scaled by `action_scale`. The window's end truncates; nothing terminates.
    """

    def __init__(self, environment: UnbatchedEnvironment) -> None:
        """One agent's environment; `gymnasium.make` makes it from a panel."""
        self._environment = environment
        self.observation_space = Box(-np.inf, np.inf, (environment.size,), np.float32)
        self.action_space = Box(-1.0, 1.0, (environment.assets,), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Singles, dict[str, Any]]:
        """Back to the window's first week, all in CASH. There is no chance: every seed gives the same."""
        super().reset(seed=seed)
        return self._environment.reset(), {}

    def step(self, action: Singles) -> tuple[Singles, float, bool, bool, dict[str, Any]]:
        """Hold the action's weights for a week: state, reward, False, whether the window is over, {}."""
        state, reward, over = self._environment.step(action)
        return state, reward, False, over, {}


def portfolio_env(
    panel: MarketPanel,
    steps: range,
    scaler: PortfolioScaler,
    settings: SACSettings | None = None,
    constraints: Constraints | None = None,
) -> PortfolioEnv:
    """The environment over some complete steps of a panel with forecasts.

    `scaler` must be fitted on weeks that the agent may know (leak!): its training window's.
    Raises ValueError for steps that the panel has not.
    """
    environment = PortfolioEnvironment.over(
        panel,
        flat_features(scaler.transform(panel.features))[None],
        fold=[0],
        start=[steps.start],
        stop=[steps.stop],
        settings=settings or SACSettings(),
        constraints=constraints or Constraints(),
    )
    return PortfolioEnv(UnbatchedEnvironment(environment))


gymnasium.register(ID, entry_point=f"{__name__}:portfolio_env")
