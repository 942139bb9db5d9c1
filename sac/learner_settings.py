"""Settings of every learner: the original plan's (docs/requirements.md), then what it leaves open."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sac.limits import within, within_limits

__all__ = ["AgentSettings", "DirectSettings", "LearnerSettings", "PPOSettings", "SACSettings"]


@dataclass(frozen=True)
class AgentSettings:
    """What every learner shares. The first block is the original plan's, the second open (docs/engine.md)."""

    hidden_sizes: tuple[int, int] = (64, 64)  # small: some 900 weekly transitions
    gamma: float = 0.99
    batch_size: int = 64
    weight_decay: float = 1e-4

    network: Literal["mlp", "per_stock"] = "mlp"
    action_scale: float = 5.0  # k of k·tanh(u): with 1 every weight is pinned between 0.9 % and 33 %
    reward_scale: float = 100.0  # raw weekly rewards of 1 % drown in the entropy term
    relative_reward: bool = True  # subtract equal weight's log growth: less noise, same optimum
    updates: int = 4_000
    batch_rows: int = 0  # stocks' rows in a batch of a network that they share; 0: batch_size weeks

    def __post_init__(self) -> None:
        for size in self.hidden_sizes:
            within("hidden_sizes", size, 1, 1_024)
        within("gamma", self.gamma, 0.0, 0.9999)
        within("batch_size", self.batch_size, 1, 4_096)
        within("weight_decay", self.weight_decay, 0.0, 1.0)
        within("batch_rows", self.batch_rows, 0, 1_000_000)
        within_limits(self, "action_scale", "reward_scale", "updates")

    def batch_weeks(self, stocks: int) -> int:
        """Weeks in a batch: `batch_size`, or as many as fill its rows."""
        return max(round(self.batch_rows / stocks), 1) if self.batch_rows else self.batch_size


@dataclass(frozen=True)
class SACSettings(AgentSettings):
    """Soft Actor-Critic: the original plan's table, then what it leaves open."""

    algorithm: Literal["sac"] = "sac"
    actor_lr: float = 3e-4
    critic_lr: float = 3e-4
    alpha_lr: float = 3e-4
    tau: float = 0.005  # Polyak rate of the target critics
    init_alpha: float = 0.2  # entropy temperature, tuned from here
    buffer_size: int = 10_000
    warmup_steps: int = 100  # random actions before the first update

    counterfactual: bool = True  # replay any week with any stored weights and action
    alpha_stocks: int = 0  # most stocks that init_alpha is for: with more it begins lower; 0: it is for any

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("actor_lr", "critic_lr", "alpha_lr"):
            within(name, getattr(self, name), 1e-7, 1.0)
        within("tau", self.tau, 1e-6, 1.0)
        within("init_alpha", self.init_alpha, 1e-6, 10.0)
        within("buffer_size", self.buffer_size, self.batch_size, 1_000_000)
        within("warmup_steps", self.warmup_steps, 1, self.buffer_size)
        within("alpha_stocks", self.alpha_stocks, 0, 1_000_000)

    def first_alpha(self, stocks: int) -> float:
        """Temperature to begin with.

        An action has a number for every stock. Its part in the reward falls with how many there are, its
        part in the entropy does not.
        """
        return self.init_alpha * (min(self.alpha_stocks / stocks, 1.0) if self.alpha_stocks else 1.0)


@dataclass(frozen=True)
class PPOSettings(AgentSettings):
    """Proximal Policy Optimization, the comparison: as many updates as cost SAC's CPU seconds."""

    algorithm: Literal["ppo"] = "ppo"
    learning_rate: float = 3e-4
    clip: float = 0.2
    gae_lambda: float = 0.95
    epochs: int = 10
    rollout_weeks: int = 52
    entropy_weight: float = 0.05

    n_envs: Annotated[int, Field(alias="walks")] = 16  # rollouts side by side; `walks` is its stored name
    value_weight: float = 0.5
    updates: int = 16_000

    def __post_init__(self) -> None:
        super().__post_init__()
        within("learning_rate", self.learning_rate, 1e-7, 1.0)
        within("clip", self.clip, 0.01, 1.0)
        within("gae_lambda", self.gae_lambda, 0.0, 1.0)
        within("epochs", self.epochs, 1, 100)
        within("rollout_weeks", self.rollout_weeks, 2, 520)
        within("entropy_weight", self.entropy_weight, 0.0, 10.0)
        within_limits(self, "n_envs", "value_weight")


@dataclass(frozen=True)
class DirectSettings(AgentSettings):
    """Net log growth by its exact gradient, the contender: it learns in fewer updates than SAC."""

    algorithm: Literal["direct"] = "direct"
    learning_rate: float = 3e-4
    horizon: int = 13  # weeks of a rollout that the gradient passes through
    batch_size: int = 16  # rollouts
    updates: int = 600

    def __post_init__(self) -> None:
        super().__post_init__()
        within("learning_rate", self.learning_rate, 1e-7, 1.0)
        within("horizon", self.horizon, 1, 52)


LearnerSettings = SACSettings | PPOSettings | DirectSettings
