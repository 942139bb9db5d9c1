"""One agent's way through its window in numpy, as single-agent libraries want it."""

import math

import numpy as np

from sac.agent.environment import PortfolioEnvironment
from sac.arrays import Floats, Singles
from sac.portfolio.accounting import account, all_cash, drift

__all__ = ["UnbatchedEnvironment"]


class UnbatchedEnvironment:
    """Steps through an environment of one agent, week by week, from all cash.

    In numpy: a step of one agent through the batched environment costs over ten times as much.
    """

    def __init__(self, environment: PortfolioEnvironment):
        """Raises ValueError for an environment of several agents."""
        if environment.agents != 1:
            raise ValueError(f"an unbatched environment is one agent's, this one has {environment.agents}")
        self.features = environment.features[int(environment.fold)].numpy()
        self.growth, self.gap, self.seen, self.benchmark = (
            x.double().numpy()
            for x in (environment.growth, environment.gap, environment.seen, environment.benchmark)
        )
        self.start, self.stop = int(environment.start), int(environment.stop)
        self.assets, self.constraints = environment.assets, environment.constraints
        self.action_scale, self.reward_scale = environment.action_scale, environment.reward_scale
        self.size = self.reset().shape[0]

    def reset(self) -> Singles:
        """The window's first week, everything in CASH: the state (8n + n + 1,)."""
        self.week, self.weights = self.start, all_cash(self.assets - 1)
        return self._state()

    def step(self, action: Singles) -> tuple[Singles, float, bool]:
        """Next state, reward, and whether the window is over (a truncation), from an action (n+1,)."""
        week, target = self.week, self._target(action)
        held = drift(self.weights, self.gap[week])
        net = account(held, target, self.growth[week], self.constraints.cost_rate).net
        self.week, self.weights = week + 1, drift(target, self.seen[week])
        reward = self.reward_scale * (math.log(net) - self.benchmark[week])
        return self._state(), float(reward), self.week >= self.stop

    def _target(self, action: Singles) -> Floats:
        """`portfolio_weights` for one action, without tensors; it stops when no stock is above the cap."""
        odds, cap = np.exp(self.action_scale * action.astype(np.float64)), self.constraints.max_position
        cash = max(odds[-1] / odds.sum(), self.constraints.cash_buffer)
        weights = np.append(odds[:-1] * ((1.0 - cash) / odds[:-1].sum()), cash)
        capped = np.zeros(len(weights), dtype=bool)
        while (above := weights[:-1] > cap).any():
            capped[:-1] |= above
            weights[capped] = cap
            weights[~capped] *= (1.0 - cap * capped.sum()) / weights[~capped].sum()
        return weights

    def _state(self) -> Singles:
        return np.concatenate([self.features[self.week], self.weights], dtype=np.float32)
