"""What one week does to a portfolio. Training, backtests, baselines and trade lists all account here."""

from typing import Generic, NamedTuple, TypeVar

import numpy as np

from sac.arrays import Floats

__all__ = ["Week", "account", "all_cash", "asset_growth", "drift"]

# numpy for backtests and trades, torch for training: the arithmetic below is the same for both.
Array = TypeVar("Array", Floats, "torch.Tensor")  # type: ignore[name-defined]  # noqa: F821


class Week(NamedTuple, Generic[Array]):
    """One week's result; shapes follow the arguments' leading dimensions."""

    turnover: Array  # (...) dollars traded in stocks per dollar of wealth
    gross: Array  # (...) growth of a dollar before cost
    net: Array  # (...) growth of a dollar after cost


def account(held: Array, target: Array, growth: Array, cost_rate: float | Array) -> Week[Array]:
    """Trade from held to target weights (..., n+1) at the fill, then hold them until the next fill.

    growth (..., n+1) is what a dollar in each asset becomes, CASH last. Trading costs cost_rate of every
    dollar bought or sold in stocks (original plan: 10 bps); trading CASH is free.
    """
    turnover = abs(target - held)[..., :-1].sum(-1)  # (...)
    gross = (target * growth).sum(-1)  # (...)
    return Week(turnover, gross, (1.0 - cost_rate * turnover) * gross)


def drift(weights: Array, growth: Array) -> Array:
    """What weights (..., n+1) become when each asset grows (..., n+1) and nobody trades."""
    grown: Array = weights * growth
    return grown / grown.sum(-1)[..., None]  # type: ignore[no-any-return]


def all_cash(n: int) -> Floats:
    """Weights (n+1,) of a portfolio that holds only CASH: where every backtest starts."""
    weights = np.zeros(n + 1)
    weights[-1] = 1.0
    return weights


def asset_growth(returns: Floats, cash_growth: float) -> Floats:
    """Growth of a dollar in each asset (..., n+1), from stock returns (..., n) and CASH's weekly growth."""
    cash = np.full((*returns.shape[:-1], 1), cash_growth)
    return np.concatenate([1.0 + returns, cash], axis=-1)
