"""Net log growth over the next weeks by its exact gradient, for E agents as one tensor program.

Prices do not react to our trades, so growth is a known function of the weights: autograd passes through
drift, cost and limits of every week of a rollout, as `environment` and `accounting` have them.
"""

from typing import Any

import torch
from torch import Tensor

from sac.agent.environment import PortfolioEnvironment
from sac.agent.learners.adamw import FlatAdamW
from sac.agent.learners.curve import Learner, all_cash_start, detached
from sac.agent.networks.mlp import DeterministicActor
from sac.agent.networks.per_stock import PerStockDeterministicActor
from sac.config import Constraints, DirectSettings
from sac.portfolio.constraints import portfolio_weights, towards

__all__ = ["DIRECT_NETWORKS", "DirectLearner", "traded_weights"]

DIRECT_NETWORKS: dict[str, type[DeterministicActor] | type[PerStockDeterministicActor]] = {
    "mlp": DeterministicActor,
    "per_stock": PerStockDeterministicActor,
}


def traded_weights(
    logits: Tensor, step: Tensor, weights: Tensor, action_scale: float | Tensor, constraints: Constraints
) -> Tensor:
    """What an action trades to: its step's part of the way to its target weights; all (..., n+1).

    The action is logits (..., n+1) and step (..., 1) before their tanh and sigmoid; weights are those that
    the decision sees.
    """
    target = portfolio_weights(logits.tanh(), action_scale, constraints)
    return towards(weights, target, _sigmoid(step), constraints)


def _sigmoid(x: Tensor) -> Tensor:
    """By tanh: torch's own rounds the last numbers of a tensor another way than the others."""
    return (x * 0.5).tanh() * 0.5 + 0.5


class DirectLearner(Learner):
    """E independent agents: one network each, updated together, never mixed."""

    def __init__(self, environment: PortfolioEnvironment, seeds: list[int], settings: DirectSettings):
        self.settings, self.environment = settings, environment
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        network = DIRECT_NETWORKS[settings.network]
        self.actor = network(self.generators, environment.assets, settings, environment.constraints)
        self.optimizer = FlatAdamW(self.actor.parameters(), settings.learning_rate, settings.weight_decay)
        self.actor.requires_grad_()
        batch = settings.batch_weeks(environment.assets - 1)
        self.weights = all_cash_start(environment, batch)  # (E, B, n+1) where rollouts start

    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market."""
        self.environment = environment

    def run(self, updates: int) -> dict[str, Tensor]:
        """Every update rolls out anew, from random weeks and the weights that the one before ended with.

        Returns the last update's values (E,).
        """
        for _ in range(updates):
            rewards, steps, weights = self.roll_out(self.first_weeks())
            objective = self.objective(rewards)
            self.optimizer.gradient.zero_()
            torch.autograd.backward(-objective.sum())
            self.optimizer.step()
            self.weights = weights.detach()
        values = {"actor_loss": -objective, "reward": rewards.mean((1, 2)), "step": steps.mean((1, 2))}
        return {name: value.detach() for name, value in values.items()}

    def first_weeks(self) -> Tensor:
        """Random weeks (E, B) from which a whole rollout stays inside its agent's window."""
        start = torch.stack([torch.rand(self.weights.shape[1], generator=g) for g in self.generators])
        environment = self.environment
        room = environment.stop - environment.start - self._length + 1  # (E,)
        return environment.start[:, None] + (start * room[:, None]).long()

    def roll_out(self, week: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Rewards and steps (E, H, B) of H weeks from week (E, B) on, and the weights (E, B, n+1) after."""
        environment, weights = self.environment, self.weights
        rewards, steps = [], []
        for t in range(self._length):
            logits, step = self.actor(environment.state(week + t, weights))
            scale, constraints = environment.action_scale, environment.constraints
            target = traded_weights(logits, step, weights, scale, constraints)
            reward, weights = environment.step(week + t, weights, target)
            rewards.append(reward)
            steps.append(_sigmoid(step[..., 0]))
        return torch.stack(rewards, 1), torch.stack(steps, 1), weights

    def objective(self, rewards: Tensor) -> Tensor:
        """Discounted mean (E,) of rewards (E, H, B); equal weight's part in them has no gradient."""
        discount = self.settings.gamma ** torch.arange(rewards.shape[1], dtype=rewards.dtype)
        return (rewards.mean(2) * discount).sum(1) / discount.sum()

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""
        return {
            "actor": self.actor_state(),
            "critic": {},  # growth is known: nothing has to be estimated
            "critic_target": {},
            "log_alpha": {},
            "optimizers": {"policy": self.optimizer.state()},
        }

    def actor_state(self) -> dict[str, Tensor]:
        """What decides of it: the actor's parameters."""
        return detached(self.actor)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`, all of it together; only the learning rate is one's own."""
        self.actor.load_state_dict(state["actor"])
        self.optimizer.restore(state["optimizers"]["policy"])

    @property
    def _length(self) -> int:
        """H, or the shortest window where that is less."""
        weeks = self.environment.stop - self.environment.start
        return min(self.settings.horizon, int(weeks.min()))
