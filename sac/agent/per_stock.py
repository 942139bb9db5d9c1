"""Networks that judge every stock by its own numbers, weights shared: equivariant to the stocks' order."""

import torch
from torch import Tensor, nn

from sac.agent.networks import (
    START_LOG_STD,
    AgentLinear,
    Generators,
    clamp_log_std,
    start_weights,
    two_layers,
)
from sac.config import SIGNALS, AgentSettings, Constraints
from sac.portfolio.constraints import portfolio_weights

__all__ = ["PerStockActor", "PerStockPolicyValue", "PerStockTwinCritic"]

_OWN = len(SIGNALS) + 2  # a stock's signals, forecast and weight


class _SharedBody(nn.Module):
    """Two layers applied to every stock: its own numbers, and a context that all stocks of a week share."""

    def __init__(self, generators: Generators, own: int, shared: int, hidden: tuple[int, int], groups: int):
        super().__init__()
        self.own = start_weights(generators, own, groups, own, hidden[0])  # the context has the bias
        self.context = AgentLinear(generators, shared + own, hidden[0], groups)
        self.second = AgentLinear(generators, hidden[0], hidden[1], groups)
        self.groups = groups

    def forward(self, own: Tensor, shared: Tensor) -> Tensor:
        """own (E, B, n, F) and shared (E, B, C) -> hidden (E, groups, B, n, 64)."""
        agents, batch, stocks, _ = own.shape
        context = self.context(self._grouped(torch.cat([shared, own.mean(2)], -1)))  # (E, groups, B, 64)
        hidden = two_layers(self._grouped(own.flatten(1, 2)), context, self.own, self.second)
        return hidden.view(agents, self.groups, batch, stocks, -1)

    def _grouped(self, x: Tensor) -> Tensor:
        """(E, R, F) -> (E, groups, R, F), without a copy of its own."""
        return x[:, None].expand(-1, self.groups, -1, -1)


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
        self.body = _SharedBody(generators, _OWN, 1, settings.hidden_sizes, groups=1)
        self.stock = AgentLinear(generators, settings.hidden_sizes[1], 2)
        self.cash = AgentLinear(generators, settings.hidden_sizes[1], 2)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, 9n+1)."""
        hidden = self.body(*_by_stock(state, self.stocks))[:, 0]  # (E, B, n, 64)
        stock = self.stock(hidden.flatten(1, 2)[:, None]).view(*hidden.shape[:3], 2)
        cash = self.cash(hidden.mean(2)[:, None])[:, 0, :, None]  # (E, B, 1, 2)
        mean, log_std = torch.cat([stock, cash], 2).unbind(-1)
        return mean, clamp_log_std(log_std)


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
        self.stocks, self.action_scale, self.constraints = assets - 1, settings.action_scale, constraints
        self.body = _SharedBody(generators, _OWN + 2, 3, settings.hidden_sizes, groups=2)
        self.value = AgentLinear(generators, settings.hidden_sizes[1], 1, groups=2)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        """Both values (E, 2, B) of actions (E, B, n+1) at states (E, B, 9n+1)."""
        own, cash = _by_stock(state, self.stocks)
        target = portfolio_weights(action, self.action_scale, self.constraints)
        choice = torch.stack([action, target], -1)  # (E, B, n+1, 2)
        own = torch.cat([own, choice[:, :, :-1]], -1)
        shared = torch.cat([cash, choice[:, :, -1]], -1)
        hidden = self.body(own, shared).mean(3)  # (E, 2, B, 64)
        return self.value(hidden)[..., 0]  # type: ignore[no-any-return]


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
        self.body = _SharedBody(generators, _OWN, 1, settings.hidden_sizes, groups=1)
        self.stock = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.cash = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.value = AgentLinear(generators, settings.hidden_sizes[1], 1)
        self.log_std = nn.Parameter(torch.full((len(generators), 1, 2), START_LOG_STD))  # a stock's, CASH's

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-std (E, B, n+1) at states (E, B, 9n+1)."""
        return self.evaluate(state)[:2]

    def evaluate(self, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and log-std (E, B, n+1), and the value (E, B), at states (E, B, 9n+1)."""
        hidden = self.body(*_by_stock(state, self.stocks))[:, 0]  # (E, B, n, 64)
        stock = self.stock(hidden.flatten(1, 2)[:, None]).view(*hidden.shape[:3])
        pooled = hidden.mean(2)[:, None]  # (E, 1, B, 64)
        mean = torch.cat([stock, self.cash(pooled)[:, 0]], 2)
        stock_std, cash_std = self.log_std[..., :1], self.log_std[..., 1:]
        log_std = torch.cat([stock_std.expand_as(stock), cash_std.expand(-1, stock.shape[1], -1)], 2)
        return mean, clamp_log_std(log_std), self.value(pooled)[:, 0, :, 0]


def _by_stock(state: Tensor, stocks: int) -> tuple[Tensor, Tensor]:
    """A state (E, B, 9n+1) as each stock's numbers (E, B, n, 9) and CASH's weight (E, B, 1)."""
    signals, forecast, weight, cash = torch.split(state, [len(SIGNALS) * stocks, stocks, stocks, 1], -1)
    signals = signals.view(*signals.shape[:2], stocks, len(SIGNALS))
    return torch.cat([signals, forecast[..., None], weight[..., None]], -1), cash
