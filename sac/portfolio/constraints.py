"""From an action to weights within the desk's limits: softmax, cash buffer, water-filling under the cap."""

import torch
from torch import Tensor

from sac.config import Constraints

__all__ = ["constrain", "portfolio_weights"]


def portfolio_weights(action: Tensor, action_scale: float, constraints: Constraints) -> Tensor:
    """Target weights (..., n+1) of squashed actions in [-1, 1] (..., n+1), CASH last."""
    return constrain(torch.softmax(action_scale * action, dim=-1), constraints)


def constrain(weights: Tensor, constraints: Constraints) -> Tensor:
    """Nearest allowed portfolio in proportion: weights (..., n+1) that sum to 1, CASH last.

    CASH is raised to the buffer. What a stock holds above the cap is shared pro rata among all assets
    below theirs, CASH included (water-filling): with too few stocks for the cap the rest is CASH.
    """
    cap = constraints.max_position
    cash = weights[..., -1:].clamp(min=constraints.cash_buffer)  # (..., 1)
    stocks = weights[..., :-1]  # (..., n)
    stocks = stocks * ((1.0 - cash) / stocks.sum(-1, keepdim=True).clamp(min=1e-30))
    # Capped stocks fill at most 1 - cash_buffer, and every round but the last caps one more: this is exact.
    for _ in range(min(stocks.shape[-1], int((1.0 - constraints.cash_buffer) / cap + 1e-9))):
        capped = stocks >= cap
        free = stocks.masked_fill(capped, 0.0)
        room = 1.0 - cap * capped.sum(-1, keepdim=True, dtype=stocks.dtype)
        level = room / (free.sum(-1, keepdim=True) + cash)
        stocks = (stocks * level).masked_fill(capped, cap)
        cash = cash * level
    return torch.cat([stocks, cash], dim=-1)
