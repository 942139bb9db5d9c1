"""Soft Actor-Critic (Haarnoja et al. 2018, with automatic temperature) for E agents as one tensor program."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from sac.agent.environment import PortfolioEnvironment
from sac.agent.learners.adamw import FlatAdamW, flatten
from sac.agent.learners.curve import Learner, all_cash_start, detached
from sac.agent.learners.replay import Batch, Draws, Replay, draws
from sac.agent.networks.gaussian import SquashedGaussian
from sac.agent.networks.layers import gradient_of
from sac.agent.networks.mlp import GaussianActor, TwinCritic
from sac.agent.networks.per_stock import PerStockActor, PerStockTwinCritic
from sac.config import Constraints, SACSettings
from sac.errors import ArtifactError

__all__ = ["SAC_NETWORKS", "SACLearner", "SoftActorCritic"]

Actor = GaussianActor | PerStockActor
Critic = TwinCritic | PerStockTwinCritic
SAC_NETWORKS: dict[str, tuple[type[Actor], type[Critic]]] = {
    "mlp": (GaussianActor, TwinCritic),
    "per_stock": (PerStockActor, PerStockTwinCritic),
}
_RATES = {"actor": "actor_lr", "critic": "critic_lr", "log_alpha": "alpha_lr"}  # per optimiser


class SoftActorCritic:
    """E independent agents: networks, temperatures and optimisers, updated together, never mixed."""

    def __init__(self, seeds: list[int], assets: int, settings: SACSettings, constraints: Constraints):
        self.settings, self.target_entropy = settings, -float(assets)
        self.gamma: float | Tensor = settings.gamma  # (E, 1) where agents differ in it
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        actor, critic = SAC_NETWORKS[settings.network]
        self.actor = actor(self.generators, assets, settings, constraints)
        self.critic = critic(self.generators, assets, settings, constraints)
        self.critic_target = copy.deepcopy(self.critic)
        first = settings.first_alpha(assets - 1)
        start = torch.full((len(seeds),), first).log().to(torch.get_default_dtype())
        self.log_alpha = nn.Parameter(start, requires_grad=False)
        decay = settings.weight_decay
        self.optimizers = {
            "actor": FlatAdamW(self.actor.parameters(), settings.actor_lr, decay),
            "critic": FlatAdamW(self.critic.parameters(), settings.critic_lr, decay),
            "log_alpha": FlatAdamW([self.log_alpha], settings.alpha_lr),
        }
        self._target_weights = flatten(self.critic_target.parameters())

    def differ(self, each: Sequence[SACSettings], action_scale: float | Tensor) -> None:
        """Before the first update: for every agent its own gamma, temperature, rates and action scale."""

        def values(name: str) -> Tensor:
            return torch.tensor([getattr(settings, name) for settings in each])  # (E,)

        self.gamma = values("gamma")[:, None]
        stocks = -round(self.target_entropy) - 1
        self.log_alpha.copy_(torch.tensor([settings.first_alpha(stocks) for settings in each]).log())
        for name, optimizer in self.optimizers.items():
            optimizer.differ(values(_RATES[name]))
        for critic in (self.critic, self.critic_target):
            if isinstance(critic, PerStockTwinCritic):
                critic.action_scale = action_scale

    def update(self, batch: Batch) -> tuple[dict[str, Tensor], Tensor]:
        """One step of critics, actor, temperature and target critics.

        Returns values (E,) to log, and the actions (E, 1, n+1) of the rollouts as the policy was before.
        """
        size = batch.reward.shape[1]
        parts = (size, 2 * size)  # where the rows of next states begin, and those of the rollouts
        state, next_state, _ = batch.states.tensor_split(parts, 1)
        alpha = self.log_alpha.exp()[:, None]  # (E, 1)

        # The policy moves after the critics, so that one pass samples a, a' and the rollouts' actions.
        mean, log_std = self.actor(batch.states)
        policy = SquashedGaussian(mean, log_std, batch.noise)
        decision, next_decision, _ = self.critic.decide(policy.action).tensor_split(parts, 1)
        log_pi, next_log_pi, _ = policy.log_pi.tensor_split(parts, 1)

        next_q = self.critic_target(next_state, next_decision).amin(1) - alpha * next_log_pi
        target = batch.reward + self.gamma * next_q  # (E, B); no terminal states
        error = self.critic(state, batch.decision) - target[:, None]  # (E, 2, B)
        qf_loss = error.square().mean(-1).sum(-1)  # (E,)
        self.critic.backward(error * (2.0 / size))
        self.optimizers["critic"].step()

        min_q, which = self.critic(state, decision).min(1, keepdim=True)  # (E, 1, B)
        actor_loss = (alpha * log_pi - min_q[:, 0]).mean(-1)  # (E,)
        g_q = torch.zeros_like(error).scatter_(1, which, -1.0 / size)
        g_action = self.critic.action_gradient(g_q)
        self.actor.backward(*policy.backward(g_action, alpha / size))
        self.optimizers["actor"].step()

        entropy = -log_pi.mean(-1)  # (E,)
        # alpha_loss = exp(log_alpha) · (entropy - target_entropy) is its own gradient.
        gradient_of(self.log_alpha).copy_(alpha[:, 0] * (entropy - self.target_entropy))
        self.optimizers["log_alpha"].step()

        self._target_weights.lerp_(self.optimizers["critic"].flat, self.settings.tau)
        return {
            "critic_loss": qf_loss,
            "actor_loss": actor_loss,
            "alpha": alpha[:, 0],
            "entropy": entropy,
            "reward": batch.reward.mean(-1),
        }, policy.action[:, 2 * size :]

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""
        return {
            "actor": detached(self.actor),
            "critic": detached(self.critic),
            "critic_target": detached(self.critic_target),
            "log_alpha": {"log_alpha": self.log_alpha.data.clone()},
            "optimizers": {name: optimizer.state() for name, optimizer in self.optimizers.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Become the agents of a `state`, all of it together; only the learning rates are one's own."""
        if state["critic"].keys() != self.critic.state_dict().keys():
            raise ArtifactError(
                "These agents were trained by an older engine, whose critics had other layers, so their "
                "training cannot go on. Train this variant in full once; fine-tuning then goes on from there."
            )
        for name in ("actor", "critic", "critic_target"):
            getattr(self, name).load_state_dict(state[name])
        self.log_alpha.copy_(state["log_alpha"]["log_alpha"])
        for name, optimizer in self.optimizers.items():
            optimizer.restore(state["optimizers"][name])


class SACLearner(Learner):
    """A training that can go on: the agents, what they have done, and where their rollouts stand."""

    def __init__(self, environment: PortfolioEnvironment, seeds: list[int], settings: SACSettings):
        self.agents = SoftActorCritic(seeds, environment.assets, settings, environment.constraints)
        self._replay = Replay(environment, settings.buffer_size, settings.counterfactual)
        self._stream = draws(
            self.agents.generators, settings.batch_weeks(environment.assets - 1), environment.assets
        )
        self._week = environment.start[:, None]  # (E, 1) where the rollouts stand
        self._weights = self._cash = all_cash_start(environment)  # (E, 1, n+1)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`: its policy passes each window once, and no random action is taken."""
        self.agents.restore(state)
        environment = self._replay.environment
        for _ in range(int((environment.stop - environment.start).max())):
            mean, log_std = self.agents.actor(environment.state(self._week, self._weights))
            noise = next(self._stream).noise[:, -1:]
            self._walk_on(SquashedGaussian(mean, log_std, noise).action)

    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market."""
        self._replay.environment = environment

    @torch.inference_mode()  # less to keep account of in every tensor: up to a tenth of the time
    def run(self, updates: int) -> dict[str, Tensor]:
        """One environment step per update; new agents warm up with random actions first.

        Returns the last update's values (E,).
        """
        if not self._replay.added:
            for _ in range(self.agents.settings.warmup_steps):
                self._walk_on(next(self._stream).explore[:, None] * 2.0 - 1.0)
        for _ in range(updates):
            values, action = self.agents.update(self._transitions(next(self._stream)))
            self._walk_on(action)
        return values

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents."""
        return self.agents.state()

    def actor_state(self) -> dict[str, Tensor]:
        """What decides of it: the actors' parameters."""
        return detached(self.agents.actor)

    def _transitions(self, draw: Draws) -> Batch:
        """Replayed steps and what they led to, and where the rollouts stand."""
        environment = self._replay.environment
        week, weights, decision = self._replay.pick(draw)
        reward, after = environment.step(week, weights, decision[..., environment.assets :])
        states = environment.state(
            torch.cat([week, week + 1, self._week], 1), torch.cat([weights, after, self._weights], 1)
        )
        return Batch(states, decision, reward, draw.noise)

    def _walk_on(self, action: Tensor) -> None:
        """Take and remember a step of every agent, to the next week or back to the first one."""
        environment = self._replay.environment
        target = environment.target(action)
        self._replay.add(self._week, self._weights, action, target)
        _, after = environment.step(self._week, self._weights, target)
        week = self._week + 1
        over = week >= environment.stop[:, None]  # a truncation: nothing is terminal
        self._week = torch.where(over, environment.start[:, None], week)
        self._weights = torch.where(over[..., None], self._cash, after)
