"""Soft Actor-Critic (Haarnoja et al. 2018, with automatic temperature) for E agents as one tensor program."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW

from sac.agent.learning import LearningCurve, all_cash_start, descend, detached, moments, recall
from sac.agent.networks import GaussianActor, TwinCritic, sample
from sac.agent.per_stock import PerStockActor, PerStockTwinCritic
from sac.agent.replay import Batch, Draws, Replay, draws
from sac.config import Constraints, SACSettings
from sac.portfolio.environment import PortfolioEnvironment

__all__ = ["SAC_NETWORKS", "SACLearner", "SoftActorCritic"]

SAC_NETWORKS: dict[str, tuple[type[nn.Module], type[nn.Module]]] = {
    "mlp": (GaussianActor, TwinCritic),
    "per_stock": (PerStockActor, PerStockTwinCritic),
}


class SoftActorCritic:
    """E independent agents: networks, temperatures and optimisers, updated together, never mixed."""

    def __init__(self, seeds: list[int], assets: int, settings: SACSettings, constraints: Constraints):
        self.settings, self.target_entropy = settings, -float(assets)
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.actor, self.critic = (
            network(self.generators, assets, settings, constraints)
            for network in SAC_NETWORKS[settings.network]
        )
        self.critic_target = copy.deepcopy(self.critic).requires_grad_(False)
        start = torch.full((len(seeds),), settings.init_alpha).log()
        self.log_alpha = nn.Parameter(start.to(torch.get_default_dtype()))
        decay = settings.weight_decay
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "actor": AdamW(self.actor.parameters(), settings.actor_lr, weight_decay=decay, fused=True),
            "critic": AdamW(self.critic.parameters(), settings.critic_lr, weight_decay=decay, fused=True),
            "log_alpha": Adam([self.log_alpha], settings.alpha_lr, fused=True),
        }

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """One step of critics, actor, temperature and target critics; returns values (E,) to log."""
        alpha = self.log_alpha.detach().exp()[:, None]  # (E, 1)

        with torch.no_grad():
            next_action, next_log_pi = sample(self.actor, batch.next_state, batch.next_noise)
            next_q = self.critic_target(batch.next_state, next_action).amin(1) - alpha * next_log_pi
            target = batch.reward + self.settings.gamma * next_q  # (E, B); no terminal states
        q = self.critic(batch.state, batch.action)  # (E, 2, B)
        qf_loss = (q - target[:, None]).square().mean(-1).sum(-1)  # (E,)
        descend(self.optimizers["critic"], qf_loss, list(self.critic.parameters()))

        action, log_pi = sample(self.actor, batch.state, batch.noise)
        self.critic.requires_grad_(False)  # the actor's step follows the values, it does not move them
        actor_loss = (alpha * log_pi - self.critic(batch.state, action).amin(1)).mean(-1)  # (E,)
        self.critic.requires_grad_(True)
        descend(self.optimizers["actor"], actor_loss, list(self.actor.parameters()))

        entropy = -log_pi.detach().mean(-1)  # (E,)
        # alpha_loss = exp(log_alpha) · (entropy - target_entropy) is its own gradient.
        self.log_alpha.grad = alpha[:, 0] * (entropy - self.target_entropy)
        self.optimizers["log_alpha"].step()

        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.critic_target.parameters()), list(self.critic.parameters()), self.settings.tau
            )
        return {
            "critic_loss": qf_loss.detach(),
            "actor_loss": actor_loss.detach(),
            "alpha": alpha[:, 0],
            "entropy": entropy,
            "reward": batch.reward.mean(-1),
        }

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""
        return {
            "actor": detached(self.actor),
            "critic": detached(self.critic),
            "critic_target": detached(self.critic_target),
            "log_alpha": {"log_alpha": self.log_alpha.detach().clone()},
            "optimizers": {name: moments(optimizer) for name, optimizer in self.optimizers.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Become the agents of a `state`, all of it together; only the learning rates are one's own."""
        for name in ("actor", "critic", "critic_target"):
            getattr(self, name).load_state_dict(state[name])
        with torch.no_grad():
            self.log_alpha.copy_(state["log_alpha"]["log_alpha"])
        for name, optimizer in self.optimizers.items():
            recall(optimizer, state["optimizers"][name])


class SACLearner:
    """A training that can go on: the agents, what they have done, and where their walks stand."""

    def __init__(self, environment: PortfolioEnvironment, seeds: list[int], settings: SACSettings):
        self.agents = SoftActorCritic(seeds, environment.assets, settings, environment.constraints)
        self._replay = Replay(environment, settings.buffer_size, settings.counterfactual)
        self._stream = draws(self.agents.generators, settings.batch_size, environment.assets)
        self._week = environment.start[:, None]
        self._weights = self._cash = all_cash_start(environment)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`: its policy walks each window once, and no random action is ever taken."""
        self.agents.restore(state)
        environment = self._replay.environment
        for _ in range(int((environment.stop - environment.start).max())):
            with torch.no_grad():
                now = environment.state(self._week, self._weights)
                action, _ = sample(self.agents.actor, now, next(self._stream).act)
            _, after = environment.step(self._week, self._weights, action)
            self._walk_on(action, after)

    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market."""
        self._replay.environment = environment

    def run(self, updates: int, curve: LearningCurve) -> None:
        """One environment step per update; new agents warm up with random actions first."""
        if not self._replay.added:
            self._warm_up()
        for _ in range(updates):
            curve.add(self.agents.update(self._transitions(next(self._stream))))

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents."""
        return self.agents.state()

    def _warm_up(self) -> None:
        for _ in range(self.agents.settings.warmup_steps):
            action = next(self._stream).explore
            _, after = self._replay.environment.step(self._week, self._weights, action)
            self._walk_on(action, after)

    @torch.no_grad()
    def _transitions(self, draw: Draws) -> Batch:
        """A step of every agent's walk and a batch of replayed ones, in one pass through the environment."""
        environment = self._replay.environment
        action, _ = sample(self.agents.actor, environment.state(self._week, self._weights), draw.act)
        replayed = self._replay.pick(draw)
        now = (self._week, self._weights, action)
        reward, after = environment.step(*(torch.cat(pair, 1) for pair in zip(now, replayed, strict=True)))
        self._walk_on(action, after[:, :1])
        return Batch.of(environment, *replayed, reward[:, 1:], after[:, 1:], draw)

    def _walk_on(self, action: Tensor, after: Tensor) -> None:
        """Remember a step of every agent and go to the next week, or back to the first one."""
        self._replay.add(self._week, self._weights, action)
        environment, week = self._replay.environment, self._week + 1
        over = week >= environment.stop[:, None]  # a truncation: nothing is terminal
        self._week = torch.where(over, environment.start[:, None], week)
        self._weights = torch.where(over[..., None], self._cash, after)
