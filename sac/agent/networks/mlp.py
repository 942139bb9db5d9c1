"""The original plan's networks (docs/requirements.md): every parameter leads with the agents, E of them."""

import torch
from torch import Tensor, nn

from sac.agent.networks.gaussian import START_LOG_STD, clamp_log_std, clamp_log_std_backward
from sac.agent.networks.layers import AgentLinear, AgentValue, Generators, TwoLayers, for_each, gradient_of
from sac.config import SIGNALS, AgentSettings, Constraints

__all__ = ["DeterministicActor", "GaussianActor", "PolicyValue", "TwinCritic", "state_size"]


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
        self._hidden = TwoLayers(state, self.first.bias.flatten(0, 1), self.first.weight, self.second)
        mean, self._log_std = self.heads(self._hidden.output).chunk(2, dim=-1)
        return mean, clamp_log_std(self._log_std)

    def backward(self, g_mean: Tensor, g_log_std: Tensor) -> None:
        """Gradients of all parameters, from those (E, B', n+1) of the first B' states' mean and log-std."""
        rows = g_mean.shape[1]
        g_log_std = clamp_log_std_backward(g_log_std, self._log_std[:, :rows])
        g_heads = torch.cat([g_mean, g_log_std], -1)
        self.heads.backward(self._hidden.output[:, :rows], g_heads)
        g_first = self._hidden.backward(self.heads.input_gradient(g_heads))
        self.first.bias_backward(g_first)


class DeterministicActor(nn.Module):
    """state -> 64 -> 64 -> logits of n + 1 assets, and of the step towards their weights; for autograd."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        hidden, self.assets = settings.hidden_sizes, assets
        self.first = AgentLinear(generators, state_size(assets), hidden[0])
        self.second = AgentLinear(generators, hidden[0], hidden[1])
        self.heads = AgentLinear(generators, hidden[1], assets + 1)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (E, B, n+1) and the step's (E, B, 1) at states (E, B, S)."""
        hidden = TwoLayers(state, self.first.bias.flatten(0, 1), self.first.weight, self.second)
        logits, step = self.heads(hidden.output).split([self.assets, 1], -1)
        return logits, step


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
        hidden, self.assets = settings.hidden_sizes, assets
        self.first = AgentLinear(generators, state_size(assets) + assets, hidden[0], groups=2)
        self.second = AgentLinear(generators, hidden[0], hidden[1], groups=2)
        self.value = AgentValue(generators, hidden[1], groups=2)

    def forward(self, state: Tensor, decision: Tensor) -> Tensor:
        """Both values (E, 2, B) of actions, the first n + 1 numbers of decisions, at states (E, B, S)."""
        x = torch.cat(
            [for_each(2, state), for_each(2, decision[..., : self.assets])], -1
        )  # (E, 2, B, S + n+1)
        bias, weight = self.first.bias.flatten(0, 1), self.first.weight
        self._hidden = TwoLayers(x.flatten(0, 1), bias, weight, self.second)
        q: Tensor = self.value(self._hidden.output)
        return q

    def decide(self, action: Tensor) -> Tensor:
        """What the critic sees of an action (E, B, n+1): the action."""
        return action

    def backward(self, g_q: Tensor) -> None:
        """Gradients of all parameters, from that of the values (E, 2, B)."""
        self.value.backward(self._hidden.output, g_q)
        self.first.bias_backward(self._hidden.backward(self.value.input_gradient(g_q)))

    def action_gradient(self, g_q: Tensor) -> Tensor:
        """Gradient of the actions (E, B, n+1) that were decided on, from that of the values (E, 2, B)."""
        g_first = self._hidden.backward(self.value.input_gradient(g_q), learn=False)  # (E·2, B, 64)
        weights = self.first.weight[:, :, -self.assets :].flatten(0, 1)  # (E·2, n+1, 64)
        return torch.bmm(g_first, weights.transpose(1, 2)).view(*g_q.shape, -1).sum(1)


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
        self.value = AgentValue(generators, hidden[1])
        start = torch.full((len(generators), 1, assets), START_LOG_STD)
        self.log_std = nn.Parameter(start, requires_grad=False)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, S)."""
        return self.evaluate(state)[:2]

    def evaluate(self, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and log-std (E, B, n+1), and the value (E, B), at states (E, B, S)."""
        self._hidden = TwoLayers(state, self.first.bias.flatten(0, 1), self.first.weight, self.second)
        mean = self.mean(self._hidden.output)
        log_std = clamp_log_std(self.log_std).expand_as(mean)
        return mean, log_std, self.value(self._hidden.output)[:, 0]

    def backward(self, g_mean: Tensor, g_log_std: Tensor, g_value: Tensor) -> None:
        """Gradients of all parameters, from those of what `evaluate` returned."""
        output, g_value = self._hidden.output, g_value[:, None]
        self.mean.backward(output, g_mean)
        self.value.backward(output, g_value)
        g_std = clamp_log_std_backward(g_log_std.sum(1, keepdim=True), self.log_std)
        gradient_of(self.log_std).copy_(g_std)
        g_output = self.mean.input_gradient(g_mean) + self.value.input_gradient(g_value)
        self.first.bias_backward(self._hidden.backward(g_output))


def state_size(assets: int) -> int:
    """8·n + n + 1 numbers: signals and forecast per stock, and the weights of n + 1 assets."""
    return (len(SIGNALS) + 1) * (assets - 1) + assets
