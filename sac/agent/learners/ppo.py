"""Proximal Policy Optimization (Schulman et al. 2017) for E agents as one tensor program: the comparison."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sac.agent.environment import PortfolioEnvironment
from sac.agent.learners.adamw import FlatAdamW
from sac.agent.learners.curve import Learner, all_cash_start, detached
from sac.agent.networks.mlp import PolicyValue
from sac.agent.networks.per_stock import PerStockPolicyValue
from sac.config import PPOSettings

__all__ = ["PPO_NETWORKS", "PPOLearner"]

PPO_NETWORKS: dict[str, type[PolicyValue] | type[PerStockPolicyValue]] = {
    "mlp": PolicyValue,
    "per_stock": PerStockPolicyValue,
}


@dataclass(frozen=True, eq=False)
class _Rollout:
    """R rollouts of L weeks under the policy that took them, flattened to N = L·R samples per agent."""

    week: Tensor  # (E, N)
    weights: Tensor  # (E, N, n+1)
    logits: Tensor  # (E, N, n+1) before tanh
    log_prob: Tensor  # (E, N)
    advantage: Tensor  # (E, N)
    returns: Tensor  # (E, N)

    def take(self, rows: Tensor) -> "_Rollout":
        """Minibatch rows (E, B) of every agent."""
        wide = rows[..., None].expand(-1, -1, self.weights.shape[-1])
        return _Rollout(
            self.week.gather(1, rows),
            self.weights.gather(1, wide),
            self.logits.gather(1, wide),
            self.log_prob.gather(1, rows),
            self.advantage.gather(1, rows),
            self.returns.gather(1, rows),
        )


class PPOLearner(Learner):
    """E independent agents: a shared body for policy and value each, updated together, never mixed."""

    def __init__(self, environment: PortfolioEnvironment, seeds: list[int], settings: PPOSettings):
        self.settings, self.environment = settings, environment
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        network = PPO_NETWORKS[settings.network]
        self.policy = network(self.generators, environment.assets, settings, environment.constraints)
        self.optimizer = FlatAdamW(self.policy.parameters(), settings.learning_rate, settings.weight_decay)
        self.weights = all_cash_start(
            environment, settings.n_envs
        )  # (E, R, n+1) where the next rollouts start
        self._updates = self._learn()

    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market, with a rollout there."""
        self.environment, self._updates = environment, self._learn()

    def run(self, updates: int) -> dict[str, Tensor]:
        """So many more updates, the last rollout's or new ones'; the last one's values (E,)."""
        *_, values = itertools.islice(self._updates, updates)
        return values

    def _learn(self) -> Iterator[dict[str, Tensor]]:
        """Roll out, learn from it for some epochs, throw it away, without end: each update's values (E,)."""
        while True:
            rollout, reward = self.roll_out()
            for _ in range(self.settings.epochs):
                for rows in self.minibatches(rollout.week.shape[1]):
                    yield self.update(rollout.take(rows)) | {"reward": reward}

    @torch.inference_mode()
    def roll_out(self) -> tuple[_Rollout, Tensor]:
        """Roll out R times through 52 weeks from random weeks of each window; also the mean reward (E,).

        A rollout starts with the weights that the one before ended with: prices do not react to our trades,
        so every start is possible. Its last value is bootstrapped: a rollout's end is a truncation.
        """
        settings, environment = self.settings, self.environment
        weeks = environment.stop - environment.start  # (E,)
        length = min(settings.rollout_weeks, int(weeks.min()))
        start = self._draw(torch.rand, settings.n_envs)  # (E, R)
        first = environment.start[:, None] + (start * (weeks[:, None] - length + 1)).long()
        noise = self._draw(torch.randn, length, settings.n_envs, environment.assets)  # (E, L, R, n+1)
        steps = []
        weights = self.weights
        for t in range(length):
            mean, log_std, value = self.policy.evaluate(environment.state(first + t, weights))
            logits = mean + log_std.exp() * noise[:, t]
            reward, after = environment.step(first + t, weights, environment.target(logits.tanh()))
            steps.append((first + t, weights, logits, _log_prob(mean, log_std, logits), value, reward))
            weights = after
        self.weights = weights
        last_value = self.policy.evaluate(environment.state(first + length, weights))[2]
        week, held, logits, log_prob, value, reward = (
            torch.stack(part, 1) for part in zip(*steps, strict=True)
        )
        advantage = _generalised_advantage(reward, value, last_value, settings.gamma, settings.gae_lambda)
        parts = (week, held, logits, log_prob, advantage, advantage + value)
        return _Rollout(*(part.flatten(1, 2) for part in parts)), reward.mean((1, 2))

    @torch.inference_mode()
    def update(self, batch: _Rollout) -> dict[str, Tensor]:
        """One clipped step on a minibatch; returns values (E,) to log."""
        outputs = self.policy.evaluate(self.environment.state(batch.week, batch.weights))
        values, gradients = _losses(outputs, batch, self.settings)
        self.policy.backward(*gradients)
        self.optimizer.step()
        return values

    def minibatches(self, samples: int) -> Tensor:
        """Every sample once in random order, cut to whole batches: (minibatches, E, B)."""
        size = min(self.settings.batch_weeks(self.environment.assets - 1), samples)
        order = torch.stack([torch.randperm(samples, generator=g) for g in self.generators])  # (E, N)
        return order[:, : samples // size * size].view(len(order), -1, size).transpose(0, 1)

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""
        policy = self.actor_state()
        return {
            "actor": policy,
            "critic": {k: v for k, v in policy.items() if k.startswith(self.policy.value_parts)},
            "critic_target": {},  # PPO has no target network and no temperature
            "log_alpha": {},
            "optimizers": {"policy": self.optimizer.state()},
        }

    def actor_state(self) -> dict[str, Tensor]:
        """What decides of it: the policy's parameters, its value's beside them."""
        return detached(self.policy)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`, all of it together; only the learning rate is one's own."""
        self.policy.load_state_dict(state["actor"])
        self.optimizer.restore(state["optimizers"]["policy"])

    def _draw(self, source: Callable[..., Tensor], *shape: int) -> Tensor:
        return torch.stack([source(*shape, generator=generator) for generator in self.generators])


_ENTROPY_OF_UNIT = 1.4189385332046727  # 0.5 log(2πe): entropy of a standard normal
_LOG_SQRT_2PI = 0.9189385332046727


def _losses(
    outputs: tuple[Tensor, Tensor, Tensor], batch: _Rollout, settings: PPOSettings
) -> tuple[dict[str, Tensor], tuple[Tensor, Tensor, Tensor]]:
    """Losses (E,) of a minibatch; gradients of mean and log-std (E, B, n+1) and value (E, B)."""
    mean, log_std, value = outputs
    samples, numbers = mean.shape[1], mean.shape[1:].numel()
    # The tanh between logits and action is the same before and after: its slope cancels in the ratio.
    ratio = (_log_prob(mean, log_std, batch.logits) - batch.log_prob).exp()  # (E, B)
    advantage = batch.advantage - batch.advantage.mean(1, keepdim=True)
    advantage = advantage / (batch.advantage.std(1, keepdim=True) + 1e-8)
    gain, clipped = ratio * advantage, ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip) * advantage
    surprise = value - batch.returns
    values = {
        "actor_loss": -torch.minimum(gain, clipped).mean(1),
        "critic_loss": 0.5 * surprise.square().mean(1),
        "entropy": (log_std + _ENTROPY_OF_UNIT).mean((1, 2)),  # per asset
    }
    # Where the clip binds nothing can be gained; elsewhere the ratio moves by itself times the log density.
    g_log_prob = ((gain <= clipped) * gain / -samples)[..., None]
    precision = (-log_std).exp()
    z = (batch.logits - mean) * precision
    g_log_std = g_log_prob * (z.square() - 1.0) - settings.entropy_weight / numbers
    return values, (g_log_prob * z * precision, g_log_std, surprise * (settings.value_weight / samples))


def _log_prob(mean: Tensor, log_std: Tensor, logits: Tensor) -> Tensor:
    """Log density (E, B) of Gaussian logits (E, B, n+1)."""
    z = (logits - mean) * (-log_std).exp()
    return -(0.5 * z.square() + log_std + _LOG_SQRT_2PI).sum(-1)


def _generalised_advantage(reward: Tensor, value: Tensor, last: Tensor, gamma: float, lam: float) -> Tensor:
    """GAE (Schulman et al. 2016) of rewards and values (E, L, R), bootstrapped with last (E, R)."""
    following = torch.cat([value[:, 1:], last[:, None]], 1)
    delta = reward + gamma * following - value
    advantage = torch.empty_like(delta)
    running = torch.zeros_like(last)
    for t in reversed(range(delta.shape[1])):
        running = delta[:, t] + gamma * lam * running
        advantage[:, t] = running
    return advantage
