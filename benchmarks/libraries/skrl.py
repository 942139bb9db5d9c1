"""skrl's SAC in PyTorch, put together as its example for gymnasium does."""

import logging
from collections.abc import Callable
from typing import Any

import torch
from skrl import logger
from skrl.agents.torch.sac import SAC
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import DeterministicMixin, GaussianMixin, Model
from skrl.trainers.torch import SequentialTrainer
from torch import Tensor, nn

from sac.agent.environment import PortfolioEnvironment
from sac.agent.gymnasium_env import PortfolioEnv
from sac.agent.unbatched import UnbatchedEnvironment
from sac.config import SACSettings

__all__ = ["sac"]


class _Actor(GaussianMixin, Model):  # type: ignore[misc]
    def __init__(self, hidden: tuple[int, int], **spaces: Any):
        Model.__init__(self, **spaces)
        GaussianMixin.__init__(self, clip_actions=True)
        self.net = _mlp(self.num_observations, hidden, 2 * self.num_actions)

    def compute(self, inputs: dict[str, Tensor], role: str) -> tuple[Tensor, dict[str, Tensor]]:
        mean, log_std = self.net(inputs["observations"]).chunk(2, dim=-1)
        return torch.tanh(mean), {"log_std": log_std}


class _Critic(DeterministicMixin, Model):  # type: ignore[misc]
    def __init__(self, hidden: tuple[int, int], **spaces: Any):
        Model.__init__(self, **spaces)
        DeterministicMixin.__init__(self)
        self.net = _mlp(self.num_observations + self.num_actions, hidden, 1)

    def compute(self, inputs: dict[str, Tensor], role: str) -> tuple[Tensor, dict[str, Tensor]]:
        return self.net(torch.cat([inputs["observations"], inputs["taken_actions"]], dim=1)), {}


def _mlp(inputs: int, hidden: tuple[int, int], outputs: int) -> nn.Module:
    first, second = hidden
    return nn.Sequential(
        nn.Linear(inputs, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, outputs)
    )


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """One agent; nothing is logged or saved, and its memory draws with replacement, which is faster."""

    class Reporting(SAC):  # type: ignore[misc]
        def update(self, *, timestep: int, timesteps: int) -> None:
            super().update(timestep=timestep, timesteps=timesteps)
            done = timestep + 1 - settings.warmup_steps
            if done % chunk == 0:
                tick(done)

    logger.setLevel(logging.ERROR)
    world = wrap_env(PortfolioEnv(UnbatchedEnvironment(environment)))
    spaces = {name: getattr(world, name) for name in ("observation_space", "state_space", "action_space")}
    critics = ("critic_1", "critic_2", "target_critic_1", "target_critic_2")
    sizes = {"hidden": settings.hidden_sizes, "device": "cpu", **spaces}
    agent = Reporting(
        models={"policy": _Actor(**sizes), **{name: _Critic(**sizes) for name in critics}},
        memory=RandomMemory(memory_size=settings.buffer_size, device="cpu", replacement=True),
        device="cpu",
        cfg={
            "batch_size": settings.batch_size,
            "discount_factor": settings.gamma,
            "polyak": settings.tau,
            "learning_rate": (settings.actor_lr, settings.critic_lr, settings.alpha_lr),
            "random_timesteps": settings.warmup_steps,
            "learning_starts": settings.warmup_steps,
            "initial_entropy_value": settings.init_alpha,
            "experiment": {"write_interval": 0, "checkpoint_interval": 0},
        },
        **spaces,
    )
    trainer = {"timesteps": 1_000_000_000, "headless": True, "disable_progressbar": True}
    SequentialTrainer(env=world, agents=agent, cfg=trainer).train()
