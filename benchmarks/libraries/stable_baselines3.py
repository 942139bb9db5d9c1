"""stable-baselines3's SAC (eager PyTorch), and what libraries with its interface share."""

from collections.abc import Callable
from typing import Any

from stable_baselines3 import SAC

from sac.agent.environment import PortfolioEnvironment
from sac.agent.gymnasium_env import PortfolioEnv
from sac.agent.unbatched import UnbatchedEnvironment
from sac.config import SACSettings

__all__ = ["learn", "sac"]


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """One agent."""
    learn(SAC, environment, settings, chunk, tick)


def learn(
    algorithm: Any,
    environment: PortfolioEnvironment,
    settings: SACSettings,
    chunk: int,
    tick: Callable[[int], None],
) -> None:
    """One agent of a class with stable-baselines3's interface."""
    model = algorithm(
        "MlpPolicy",
        PortfolioEnv(UnbatchedEnvironment(environment)),
        learning_rate=settings.critic_lr,
        buffer_size=settings.buffer_size,
        learning_starts=settings.warmup_steps,
        batch_size=settings.batch_size,
        tau=settings.tau,
        gamma=settings.gamma,
        train_freq=1,
        gradient_steps=1,
        ent_coef=f"auto_{settings.init_alpha}",
        policy_kwargs={"net_arch": list(settings.hidden_sizes)},
        device="cpu",
        seed=0,
    )

    def after_each_step(*_: Any) -> bool:
        done = model.num_timesteps - settings.warmup_steps
        if done > 0 and done % chunk == 0:
            tick(done)
        return True

    model.learn(total_timesteps=1_000_000_000, callback=after_each_step)
