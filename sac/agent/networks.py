"""The plan's networks for E agents side by side: every parameter has a leading agent dimension."""

import math

import torch
from torch import Tensor, nn

from sac.config import SIGNALS, AgentSettings, Constraints

__all__ = [
    "START_LOG_STD",
    "AgentLinear",
    "GaussianActor",
    "Generators",
    "PolicyValue",
    "TwinCritic",
    "clamp_log_std",
    "sample",
    "start_weights",
    "state_size",
]

Generators = list[torch.Generator]

START_LOG_STD = -0.5  # of PPO's policy: a fifth of a logit's range at action scale 5

_LOG_2 = math.log(2.0)
_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


class AgentLinear(nn.Module):
    """E × groups linear layers in one product, each initialised like `nn.Linear` by its agent's generator."""

    def __init__(self, generators: Generators, inputs: int, outputs: int, groups: int = 1):
        super().__init__()
        self.weight = start_weights(generators, inputs, groups, inputs, outputs)
        self.bias = start_weights(generators, inputs, groups, 1, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(E, groups, B, inputs) -> (E, groups, B, outputs)."""
        y = torch.baddbmm(self.bias.flatten(0, 1), x.flatten(0, 1), self.weight.flatten(0, 1))
        return y.view(*x.shape[:2], *y.shape[1:])


class GaussianActor(nn.Module):
    """state -> 64 -> 64 -> mean and log-std of the logits of n + 1 assets."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        hidden = settings.hidden_sizes
        self.first = AgentLinear(generators, state_size(assets), hidden[0])
        self.second = AgentLinear(generators, hidden[0], hidden[1])
        self.heads = AgentLinear(generators, hidden[1], 2 * assets)  # mean | log-std

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, S)."""
        hidden = self.first(state[:, None]).relu()  # (E, 1, B, 64)
        heads = self.heads(self.second(hidden).relu())[:, 0]  # (E, B, 2(n+1))
        mean, log_std = heads.chunk(2, dim=-1)
        return mean, clamp_log_std(log_std)


class TwinCritic(nn.Module):
    """Q1 and Q2: (state + action) -> 64 -> 64 -> 1; their first layers share one product."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        hidden = settings.hidden_sizes
        self.first = AgentLinear(generators, state_size(assets) + assets, 2 * hidden[0])
        self.second = AgentLinear(generators, hidden[0], hidden[1], groups=2)
        self.value = AgentLinear(generators, hidden[1], 1, groups=2)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        """Both values (E, 2, B) of actions (E, B, n+1) at states (E, B, S)."""
        x = torch.cat([state, action], dim=-1)[:, None]  # (E, 1, B, S + n+1)
        hidden = self.first(x).relu().unflatten(-1, (2, -1))[:, 0].transpose(1, 2)  # (E, 2, B, 64)
        return self.value(self.second(hidden).relu())[..., 0]  # type: ignore[no-any-return]


class PolicyValue(nn.Module):
    """PPO: state -> 64 -> 64, a body that the policy's mean and the value share; one log-std per asset."""

    value_parts = ("first", "second", "value")

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        hidden = settings.hidden_sizes
        self.first = AgentLinear(generators, state_size(assets), hidden[0])
        self.second = AgentLinear(generators, hidden[0], hidden[1])
        self.mean = AgentLinear(generators, hidden[1], assets)
        self.value = AgentLinear(generators, hidden[1], 1)
        self.log_std = nn.Parameter(torch.full((len(generators), 1, assets), START_LOG_STD))

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, S)."""
        return self.evaluate(state)[:2]

    def evaluate(self, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and log-std (E, B, n+1), and the value (E, B), at states (E, B, S)."""
        hidden = self.second(self.first(state[:, None]).relu()).relu()  # (E, 1, B, 64)
        mean = self.mean(hidden)[:, 0]
        return mean, clamp_log_std(self.log_std.expand_as(mean)), self.value(hidden)[:, 0, :, 0]


def state_size(assets: int) -> int:
    """8·n + n + 1 numbers: signals and forecast per stock, and the weights of n + 1 assets."""
    return (len(SIGNALS) + 1) * (assets - 1) + assets


def clamp_log_std(log_std: Tensor) -> Tensor:
    """The plan's range of the policy's spread."""
    return log_std.clamp(-20.0, 2.0)


def sample(actor: nn.Module, state: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Reparametrised actions in (-1, 1), (E, B, n+1), and their log densities (E, B)."""
    mean, log_std = actor(state)
    u = mean + log_std.exp() * noise
    # log(1 - tanh(u)^2) in the form that does not underflow (SAC paper, appendix C).
    log_slope = 2.0 * (_LOG_2 - u - nn.functional.softplus(-2.0 * u))
    log_pi = -(0.5 * noise.square() + log_std + _LOG_SQRT_2PI + log_slope).sum(-1)
    return u.tanh(), log_pi


def start_weights(generators: Generators, inputs: int, *shape: int) -> nn.Parameter:
    """Parameters (E, *shape) drawn as `nn.Linear` with that many inputs draws them, agent by agent."""
    draws = [torch.rand(*shape, generator=generator, dtype=torch.float64) for generator in generators]
    values = (torch.stack(draws) * 2.0 - 1.0) / math.sqrt(inputs)
    return nn.Parameter(values.to(torch.get_default_dtype()))
