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
    # What CASH and the i smallest stocks have, against the room beside n - i capped ones: the level that
    # fills it is right where it is highest, for a sum of minima is the least of these lines. Exact.
    rest = torch.cat([cash, stocks.sort(-1).values], -1).cumsum(-1)  # (..., n+1)
    room = 1.0 - cap * torch.arange(stocks.shape[-1], -1, -1, dtype=stocks.dtype)
    level = (room / rest).amax(-1, keepdim=True)
    return torch.cat([(stocks * level).clamp(max=cap), cash * level], dim=-1)
