"""Our weekly portfolio problem in JAX, as libraries that compile their environments want it."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from gymnax.environments.environment import Environment, EnvParams
from gymnax.environments.spaces import Box

from sac.agent.environment import PortfolioEnvironment
from sac.config import Constraints
from sac.portfolio.accounting import account, all_cash, drift

__all__ = ["JaxMarket", "MarketState"]


class MarketState(NamedTuple):
    """Where an agent stands before a decision."""

    week: jax.Array  # ()
    weights: jax.Array  # (n+1,) CASH last


class JaxMarket(Environment):  # type: ignore[misc]
    """State, action, limits, costs and reward of `PortfolioEnvironment`, in its first agent's window."""

    def __init__(self, market: PortfolioEnvironment) -> None:
        self.market, self.assets = market, market.assets
        self.start, self.stop = int(market.start[0]), int(market.stop[0])
        self.features = jnp.asarray(market.features[int(market.fold[0])].numpy())  # (T, 8n)
        self.gap, self.growth, self.seen, self.benchmark = (
            jnp.asarray(table.numpy()) for table in (market.gap, market.growth, market.seen, market.benchmark)
        )

    def reset_env(self, key: jax.Array, params: EnvParams) -> tuple[jax.Array, MarketState]:
        """Everything in CASH before the window's first week."""
        state = MarketState(jnp.asarray(self.start), jnp.asarray(all_cash(self.assets - 1), jnp.float32))
        return self.get_obs(state), state

    def step_env(
        self, key: jax.Array, state: MarketState, action: jax.Array, params: EnvParams
    ) -> tuple[jax.Array, MarketState, jax.Array, jax.Array, dict[str, Any]]:
        """Hold an action's weights for a week: observation, state, reward, whether the window is over, {}."""
        week, target = state.week, self.target(action)
        held: Any = drift(state.weights, self.gap[week])
        net = account(held, target, self.growth[week], self.market.cost_rate).net
        reward = self.market.reward_scale * (jnp.log(net) - self.benchmark[week])
        after = MarketState(week + 1, drift(target, self.seen[week]))
        return self.get_obs(after), after, reward, after.week >= self.stop, {}

    def target(self, action: jax.Array) -> Any:
        """Target weights (n+1,) of an action (n+1,) in [-1, 1]."""
        return _constrain(jax.nn.softmax(self.market.action_scale * action), self.market.constraints)

    def get_obs(self, state: MarketState, params: Any = None, key: Any = None) -> jax.Array:
        """What is known at the decision (9n + 1,)."""
        return jnp.concatenate([self.features[state.week], state.weights])

    def action_space(self, params: Any = None) -> Box:
        """Logits."""
        return Box(-1.0, 1.0, (self.assets,))

    def observation_space(self, params: Any = None) -> Box:
        """Standardised signals, forecasts and weights."""
        return Box(-jnp.inf, jnp.inf, (self.features.shape[1] + self.assets,))


def _constrain(weights: jax.Array, constraints: Constraints) -> jax.Array:
    """`sac.portfolio.constraints.constrain` of one portfolio (n+1,)."""
    cash = jnp.maximum(weights[-1:], constraints.cash_buffer)
    stocks = weights[:-1] * ((1.0 - cash) / weights[:-1].sum())
    rest = jnp.concatenate([cash, jnp.sort(stocks)]).cumsum()
    room = 1.0 - constraints.max_position * jnp.arange(len(stocks), -1, -1)
    level = (room / rest).max()
    return jnp.concatenate([jnp.minimum(stocks * level, constraints.max_position), cash * level])
