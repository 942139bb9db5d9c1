"""The plan's networks for E agents side by side: every parameter has a leading agent dimension."""

import math
from typing import Any

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
    "two_layers",
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


def two_layers(x: Tensor, context: Tensor, first: Tensor, second: AgentLinear) -> Tensor:
    """Two hidden layers: x (E, groups, R, F), first (E, groups, F, 64) -> (E, groups, R, 64).

    context (E, groups, C, 64) is added to the first layer, each of its rows to R / C rows of x: a bias
    where C is 1.
    """
    return _TwoLayers.apply(x, context, first, second.weight, second.bias)  # type: ignore[no-any-return,no-untyped-call]


class _TwoLayers(torch.autograd.Function):
    """relu(relu(x·W1 + context)·W2 + b2) for E agents × G groups and R rows, with its gradient by hand.

    Hidden layers are the largest tensors of an update; autograd would pass over them more often, and
    would allocate each pass anew.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, context: Tensor, w1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        """x (E, G, R, F), context (E, G, C, 64), w1 (E, G, F, 64), w2 (E, G, 64, 64), b2 (E, G, 1, 64)."""
        x, w1, w2, b2 = (tensor.flatten(0, 1) for tensor in (x, w1, w2, b2))
        h1 = torch.bmm(x, w1)  # (E·G, R, 64)
        h1.view(*context.shape[:3], -1, h1.shape[-1]).add_(context[:, :, :, None]).relu_()
        h2 = torch.baddbmm(b2, h1, w2).relu_()
        ctx.save_for_backward(x, w1, w2, h1, h2)
        ctx.context = context.shape
        return h2.view(*context.shape[:2], *h2.shape[1:])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The chain rule, from the last layer to the first."""
        x, w1, w2, h1, h2 = ctx.saved_tensors
        needs_x, needs_context, needs_weights, *_ = ctx.needs_input_grad
        g2 = torch.ops.aten.threshold_backward(gradient.flatten(0, 1), h2, 0)
        g1 = torch.ops.aten.threshold_backward(torch.bmm(g2, _transposed(w2)), h1, 0)  # (E·G, R, 64)
        shared = g1.view(*ctx.context[:3], -1, g1.shape[-1])  # (E, G, C, R / C, 64)
        flat = (
            torch.bmm(g1, _transposed(w1)) if needs_x else None,
            (shared[:, :, :, 0] if shared.shape[3] == 1 else shared.sum(3)) if needs_context else None,
            torch.bmm(x.transpose(1, 2), g1) if needs_weights else None,
            torch.bmm(h1.transpose(1, 2), g2) if needs_weights else None,
            g2.sum(1, keepdim=True) if needs_weights else None,
        )
        return tuple(g if g is None else g.view(*ctx.context[:2], -1, g.shape[-1]) for g in flat)


def _transposed(weights: Tensor) -> Tensor:
    """A copy, small beside the product that follows: with a transposed view it takes twice the time."""
    return weights.transpose(1, 2).contiguous()


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
        hidden = two_layers(state[:, None], self.first.bias, self.first.weight, self.second)  # (E, 1, B, 64)
        heads = self.heads(hidden)[:, 0]  # (E, B, 2(n+1))
        mean, log_std = heads.chunk(2, dim=-1)
        return mean, clamp_log_std(log_std)


class TwinCritic(nn.Module):
    """Q1 and Q2: (state + action) -> 64 -> 64 -> 1, side by side."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        hidden = settings.hidden_sizes
        inputs = state_size(assets) + assets
        self.state = AgentLinear(
            generators, state_size(assets), 2 * hidden[0]
        )  # of both critics, side by side
        self.action = start_weights(generators, inputs, 2, assets, hidden[0])
        self.second = AgentLinear(generators, hidden[0], hidden[1], groups=2)
        self.value = AgentLinear(generators, hidden[1], 1, groups=2)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        """Both values (E, 2, B) of actions (E, B, n+1) at states (E, B, S)."""
        seen = self.state(state[:, None])[:, 0].unflatten(-1, (2, -1)).transpose(1, 2)  # (E, 2, B, 64)
        hidden = two_layers(action[:, None].expand(-1, 2, -1, -1), seen, self.action, self.second)
        return self.value(hidden)[..., 0]  # type: ignore[no-any-return]


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
        hidden = two_layers(state[:, None], self.first.bias, self.first.weight, self.second)  # (E, 1, B, 64)
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
    action, log_pi = _Squash.apply(*actor(state), noise)  # type: ignore[no-untyped-call]
    return action, log_pi


class _Squash(torch.autograd.Function):
    """a = tanh(u), u = mean + std·noise, and log pi(a), with the gradient by hand: a third of the passes."""

    @staticmethod
    def forward(ctx: Any, mean: Tensor, log_std: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """All (E, B, n+1)."""
        spread = log_std.exp() * noise
        u = mean + spread
        action = u.tanh()
        # log(1 - tanh(u)^2) = 2·(log 2 + u - softplus(2u)) does not underflow (SAC paper, appendix C).
        slope = torch.sub(nn.functional.softplus(u, beta=2.0), u, alpha=0.5)  # half of softplus(2u) - u
        surprise = torch.addcmul(log_std, noise, noise, value=0.5).sub_(slope, alpha=4.0)
        log_pi = -(surprise.sum(-1) + u.shape[-1] * (2.0 * _LOG_2 + _LOG_SQRT_2PI))
        ctx.save_for_backward(action, spread)
        return action, log_pi

    @staticmethod
    def backward(ctx: Any, g_action: Tensor, g_log_pi: Tensor) -> tuple[Tensor, Tensor, None]:
        """da/du = 1 - a^2, and d log pi/du = 2a: the squashing's slope is all that depends on u."""
        action, spread = ctx.saved_tensors
        g_log_pi = g_log_pi[..., None]
        falling = torch.mul(g_action, action).sub_(g_log_pi, alpha=2.0)
        g_u = torch.addcmul(g_action, action, falling, value=-1.0)
        return g_u, torch.addcmul(-g_log_pi, g_u, spread), None


def start_weights(generators: Generators, inputs: int, *shape: int) -> nn.Parameter:
    """Parameters (E, *shape) drawn as `nn.Linear` with that many inputs draws them, agent by agent."""
    draws = [torch.rand(*shape, generator=generator, dtype=torch.float64) for generator in generators]
    values = (torch.stack(draws) * 2.0 - 1.0) / math.sqrt(inputs)
    return nn.Parameter(values.to(torch.get_default_dtype()))
