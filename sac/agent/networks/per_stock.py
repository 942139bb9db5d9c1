"""Networks that judge every stock by its own numbers, weights shared: equivariant to the stocks' order."""

import torch
from torch import Tensor, nn

from sac.agent.networks.gaussian import START_LOG_STD, clamp_log_std, clamp_log_std_backward
from sac.agent.networks.layers import (
    AgentLinear,
    AgentValue,
    Generators,
    TwoLayers,
    for_each,
    gradient_of,
    start_weights,
)
from sac.config import SIGNALS, AgentSettings, Constraints
from sac.portfolio.constraints import portfolio_weights, portfolio_weights_backward

__all__ = ["PerStockActor", "PerStockDeterministicActor", "PerStockPolicyValue", "PerStockTwinCritic"]

_OWN = len(SIGNALS) + 2  # a stock's signals, forecast and weight


class _SharedBody(nn.Module):
    """Two layers applied to every stock: its own numbers, and a context that all stocks of a week share."""

    def __init__(
        self,
        generators: Generators,
        stocks: int,
        own: int,
        shared: int,
        hidden: tuple[int, int],
        groups: int = 1,
    ):
        super().__init__()
        self.stocks, self.groups = stocks, groups
        self.own = start_weights(generators, own, groups, own, hidden[0])  # the context has the bias
        self.context = AgentLinear(generators, shared + own, hidden[0], groups)
        self.second = AgentLinear(generators, hidden[0], hidden[1], groups)

    def forward(self, own: Tensor, shared: Tensor) -> tuple[Tensor, Tensor]:
        """own (E, B, n, F), shared (E, B, C) -> each stock's hidden (E·G, B, n, 64) and their mean."""
        seen = torch.cat([shared, own.mean(2)], -1)  # (E, B, C + F)
        self._seen = for_each(self.groups, seen).flatten(0, 1)
        x = for_each(self.groups, own.flatten(1, 2)).flatten(0, 1)  # (E·G, B·n, F)
        self._hidden = TwoLayers(x, self.context(self._seen), self.own, self.second)
        hidden = self._hidden.output.view(-1, *own.shape[1:3], self.second.bias.shape[-1])
        return hidden, hidden.mean(2)

    def backward(self, g_hidden: Tensor) -> None:
        """Gradients of all parameters, from that of the first B' states' hidden (E·G, B', n, 64)."""
        g_first = self._hidden.backward(g_hidden).view(g_hidden.shape[:3] + self.own.shape[-1:])
        self.context.backward(self._seen[:, : g_hidden.shape[1]], g_first.sum(2))

    def input_gradient(self, g_hidden: Tensor, last: int, shared: slice) -> tuple[Tensor, Tensor]:
        """Gradients of each stock's `last` numbers (E, B, n, last) and of some `shared` ones."""
        g_first = self._hidden.backward(g_hidden, learn=False)  # (E·G, B·n, 64)
        g_context = g_first.view(g_hidden.shape[:3] + g_first.shape[-1:]).sum(2)
        g_seen = self._over_groups(self.context.input_gradient(g_context))  # (E, B, C + F)
        weights = self.own[:, :, -last:].flatten(0, 1)
        g_own = self._over_groups(torch.bmm(g_first, weights.transpose(1, 2)))  # (E, B·n, last)
        g_mean = g_seen[..., None, -last:] / self.stocks
        return g_own.view(len(g_own), -1, self.stocks, last) + g_mean, g_seen[..., shared]

    def _over_groups(self, gradient: Tensor) -> Tensor:
        """(E·G, ...) -> (E, ...): all networks read the same input."""
        return gradient.view(-1, self.groups, *gradient.shape[1:]).sum(1)


class PerStockActor(nn.Module):
    """One small network per stock's logit, and CASH's logit from the mean over stocks."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        self.stocks = assets - 1
        self.body = _SharedBody(generators, self.stocks, _OWN, 1, settings.hidden_sizes)
        self.stock = AgentLinear(generators, settings.hidden_sizes[1], 2)
        self.cash = AgentLinear(generators, settings.hidden_sizes[1], 2)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, 9n+1)."""
        self._kept = hidden, pooled = self.body(*_by_stock(state, self.stocks))
        stock = self.stock(hidden.flatten(1, 2)).view(*hidden.shape[:3], 2)
        mean, self._log_std = torch.cat([stock, self.cash(pooled)[:, :, None]], 2).unbind(-1)
        return mean, clamp_log_std(self._log_std)

    def backward(self, g_mean: Tensor, g_log_std: Tensor) -> None:
        """Gradients of all parameters, from those (E, B', n+1) of the first B' states' mean and log-std."""
        rows = g_mean.shape[1]
        hidden, pooled = (kept[:, :rows] for kept in self._kept)
        g_log_std = clamp_log_std_backward(g_log_std, self._log_std[:, :rows])
        g_heads = torch.stack([g_mean, g_log_std], -1)  # (E, B', n+1, 2)
        g_stock, g_cash = g_heads[:, :, :-1].flatten(1, 2), g_heads[:, :, -1]
        self.stock.backward(hidden.flatten(1, 2), g_stock)
        self.cash.backward(pooled, g_cash)
        g_hidden = self.stock.input_gradient(g_stock).view(hidden.shape)
        g_hidden += self.cash.input_gradient(g_cash)[:, :, None] / self.stocks
        self.body.backward(g_hidden)


class PerStockDeterministicActor(nn.Module):
    """One small network per stock's logit; CASH's and the step's from the mean over stocks. For autograd."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        self.stocks = assets - 1
        self.body = _SharedBody(generators, self.stocks, _OWN, 1, settings.hidden_sizes)
        self.stock = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.cash = AgentLinear(generators, settings.hidden_sizes[1], 2)  # CASH's logit | the step's

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (E, B, n+1) and the step's (E, B, 1) at states (E, B, 9n+1)."""
        hidden, pooled = self.body(*_by_stock(state, self.stocks))
        stock = self.stock(hidden.flatten(1, 2)).view(hidden.shape[:3])
        cash, step = self.cash(pooled).split(1, -1)
        return torch.cat([stock, cash], -1), step


class PerStockTwinCritic(nn.Module):
    """Q1 and Q2 as a mean over stocks; a critic sees the constrained weights that an action leads to."""

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        self.stocks, self.constraints = assets - 1, constraints
        self.action_scale: float | Tensor = settings.action_scale  # (E, 1, 1) where agents differ in it
        self.body = _SharedBody(generators, self.stocks, _OWN + 2, 3, settings.hidden_sizes, 2)
        self.value = AgentValue(generators, settings.hidden_sizes[1], groups=2)

    def decide(self, action: Tensor) -> Tensor:
        """What the critic sees of an action (E, B, n+1): the action, and the weights it leads to."""
        return torch.cat([action, portfolio_weights(action, self.action_scale, self.constraints)], -1)

    def forward(self, state: Tensor, decision: Tensor) -> Tensor:
        """Both values (E, 2, B) of decisions (E, B, 2(n+1)) at states (E, B, 9n+1)."""
        own, cash = _by_stock(state, self.stocks)
        self._decision = decision
        choice = torch.stack(decision.chunk(2, -1), -1)  # (E, B, n+1, 2)
        own = torch.cat([own, choice[:, :, :-1]], -1)
        self._hidden, self._pooled = self.body(own, torch.cat([cash, choice[:, :, -1]], -1))
        q: Tensor = self.value(self._pooled)
        return q

    def backward(self, g_q: Tensor) -> None:
        """Gradients of all parameters, from that of the values (E, 2, B)."""
        self.value.backward(self._pooled, g_q)
        self.body.backward(self._hidden_gradient(g_q))

    def action_gradient(self, g_q: Tensor) -> Tensor:
        """Gradient of the actions (E, B, n+1) that were decided on, from that of the values (E, 2, B)."""
        g_own, g_shared = self.body.input_gradient(self._hidden_gradient(g_q), 2, slice(1, 3))
        g_action, g_target = torch.cat([g_own, g_shared[:, :, None]], 2).unbind(-1)
        action, target = self._decision.chunk(2, -1)
        through = (action, target, self.action_scale, self.constraints)
        return g_action + portfolio_weights_backward(g_target, *through)

    def _hidden_gradient(self, g_q: Tensor) -> Tensor:
        """(E·2, B, n, 64): the mean gives every stock the same."""
        g_pooled = self.value.input_gradient(g_q)
        return (g_pooled / self.stocks)[:, :, None].expand_as(self._hidden)


class PerStockPolicyValue(nn.Module):
    """PPO: a shared body per stock; CASH's mean logit and the value come from the mean over stocks."""

    value_parts = ("body", "value")

    def __init__(
        self,
        generators: Generators,
        assets: int,
        settings: AgentSettings,
        constraints: Constraints,
    ):
        super().__init__()
        self.stocks = assets - 1
        self.body = _SharedBody(generators, self.stocks, _OWN, 1, settings.hidden_sizes)
        self.stock = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.cash = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.value = AgentValue(generators, settings.hidden_sizes[1])
        start = torch.full((len(generators), 1, 2), START_LOG_STD)  # a stock's, CASH's
        self.log_std = nn.Parameter(start, requires_grad=False)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, 9n+1)."""
        return self.evaluate(state)[:2]

    def evaluate(self, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and log-std (E, B, n+1), and the value (E, B), at states (E, B, 9n+1)."""
        self._kept = hidden, pooled = self.body(*_by_stock(state, self.stocks))
        stock = self.stock(hidden.flatten(1, 2)).view(hidden.shape[:3])
        mean = torch.cat([stock, self.cash(pooled)], 2)
        stock_std, cash_std = clamp_log_std(self.log_std).chunk(2, -1)
        log_std = torch.cat([stock_std.expand(-1, -1, self.stocks), cash_std], -1)
        return mean, log_std.expand_as(mean), self.value(pooled)[:, 0]

    def backward(self, g_mean: Tensor, g_log_std: Tensor, g_value: Tensor) -> None:
        """Gradients of all parameters, from those of what `evaluate` returned."""
        (hidden, pooled), g_value = self._kept, g_value[:, None]
        g_stock, g_cash = g_mean[..., :-1].reshape(len(g_mean), -1, 1), g_mean[..., -1:]
        self.stock.backward(hidden.flatten(1, 2), g_stock)
        self.cash.backward(pooled, g_cash)
        self.value.backward(pooled, g_value)
        g_pooled = self.cash.input_gradient(g_cash) + self.value.input_gradient(g_value)
        g_hidden = self.stock.input_gradient(g_stock).view(hidden.shape)
        self.body.backward(g_hidden + g_pooled[:, :, None] / self.stocks)
        g_std = g_log_std.sum(1, keepdim=True)
        g_std = torch.cat([g_std[..., :-1].sum(-1, keepdim=True), g_std[..., -1:]], -1)
        gradient_of(self.log_std).copy_(clamp_log_std_backward(g_std, self.log_std))


def _by_stock(state: Tensor, stocks: int) -> tuple[Tensor, Tensor]:
    """A state (E, B, 9n+1) as each stock's numbers (E, B, n, 9) and CASH's weight (E, B, 1)."""
    signals, forecast, weight, cash = torch.split(state, [len(SIGNALS) * stocks, stocks, stocks, 1], -1)
    signals = signals.reshape(*signals.shape[:2], stocks, len(SIGNALS))
    return torch.cat([signals, forecast[..., None], weight[..., None]], -1), cash
