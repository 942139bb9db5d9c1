"""From an action to weights within the desk's limits: softmax, cash buffer, water-filling under the cap."""

import torch
from torch import Tensor

from sac.config import Constraints

__all__ = ["constrain", "portfolio_weights", "portfolio_weights_backward", "towards"]


def portfolio_weights(action: Tensor, action_scale: float | Tensor, constraints: Constraints) -> Tensor:
    """Target weights (..., n+1) of squashed actions in [-1, 1] (..., n+1), CASH last."""
    return constrain(torch.softmax(action_scale * action, dim=-1), constraints)


def portfolio_weights_backward(
    gradient: Tensor, action: Tensor, target: Tensor, action_scale: float | Tensor, constraints: Constraints
) -> Tensor:
    """Gradient of the action, from that of the target weights it led to; all (..., n+1).

    Assets below their cap share what the capped ones leave, so only their proportions count: their logits
    move by t·(g - m), m the mean of g over them, weighted by t. CASH at its buffer moves no more, and what
    it would have moved goes to the stocks, in proportion to their softmax.
    """
    shared = target.masked_fill(target >= constraints.max_position, 0.0)
    shared[..., -1] = target[..., -1]  # CASH has no cap
    mean = (shared * gradient).sum(-1, keepdim=True) / shared.sum(-1, keepdim=True)
    moved = shared * (gradient - mean)
    odds = torch.softmax(action_scale * action, dim=-1)
    stocks, cash = odds[..., :-1], odds[..., -1:]
    held_back = moved[..., -1:] * (cash < constraints.cash_buffer)  # (..., 1)
    moved[..., -1:] -= held_back
    moved[..., :-1] += stocks * (held_back / stocks.sum(-1, keepdim=True).clamp(min=1e-30))
    return moved * action_scale


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


def towards(weights: Tensor, target: Tensor, step: Tensor, constraints: Constraints) -> Tensor:
    """Weights (..., n+1), by step (..., 1) of the way from those that are held to allowed target weights.

    Drift carries what is held past the limits, so the way begins at the nearest allowed portfolio; between
    two allowed ones all are allowed, for the limits are convex.
    """
    return torch.lerp(constrain(weights, constraints), target, step)
