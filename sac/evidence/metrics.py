"""Figures of a back-test: net of costs, 52 weeks a year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sac.config import WEEKS_PER_YEAR, Constraints
from sac.portfolio import Backtest

__all__ = ["Metrics", "cagr", "drawdown", "metrics"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """Fractions a year unless said otherwise; NaN where the weeks do not determine a figure."""

    cagr: float
    volatility: float
    sharpe: float  # excess over zero
    sortino: float
    max_drawdown: float  # most negative fall from a peak, the initial capital included
    calmar: float
    hit_rate: float  # share of weeks with a gain
    turnover: float  # dollars traded in stocks per dollar of wealth, a week
    cost_drag: float  # CAGR before costs minus after
    effective_names: float  # mean of 1 / sum of squared stock shares
    average_cash: float
    weeks_at_cap: float  # share of weeks with a stock at its cap
    weeks: int


def cagr(returns: Floats) -> float:
    """Compound annual growth rate of weekly returns (W,)."""
    return float(np.prod(1.0 + returns) ** (WEEKS_PER_YEAR / len(returns)) - 1.0)


def drawdown(returns: Floats) -> Floats:
    """Fall from the highest wealth so far, (W,), the initial capital counted as a peak."""
    wealth = np.cumprod(1.0 + returns)
    return wealth / np.maximum.accumulate(np.append(1.0, wealth))[1:] - 1.0


def metrics(result: Backtest, constraints: Constraints) -> Metrics:
    """Every figure of a back-test that the pages show."""
    net = result.net
    growth, spread = cagr(net), float(net.std(ddof=1)) if len(net) > 1 else float("nan")
    downside = float(np.sqrt(np.mean(np.minimum(net, 0.0) ** 2)))
    fall = float(drawdown(net).min())
    stocks = result.weights[:, :-1]
    shares = stocks / stocks.sum(axis=1, keepdims=True).clip(1e-12)
    annual = np.sqrt(WEEKS_PER_YEAR)
    return Metrics(
        cagr=growth,
        volatility=spread * annual,
        sharpe=_ratio(float(net.mean()) * annual, spread),
        sortino=_ratio(float(net.mean()) * annual, downside),
        max_drawdown=min(fall, 0.0),
        calmar=_ratio(growth, -fall),
        hit_rate=float((net > 0).mean()),
        turnover=float(result.turnover.mean()),
        cost_drag=cagr(result.gross) - growth,
        effective_names=float((1.0 / (shares**2).sum(axis=1).clip(1e-12)).mean()),
        average_cash=float(result.weights[:, -1].mean()),
        weeks_at_cap=float((stocks >= constraints.max_position - 1e-6).any(axis=1).mean()),
        weeks=len(net),
    )


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
