"""Figures of a backtest: net of costs, annualised with 52 weeks."""

import math
from dataclasses import dataclass

import numpy as np

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR, Constraints
from sac.portfolio import Backtest

__all__ = ["Metrics", "cagr", "drawdown", "interquartile_mean", "metrics"]

_NOTHING = 1e-12  # what rounding leaves of a zero


@dataclass(frozen=True)
class Metrics:
    """Annualised fractions unless said otherwise; NaN where the weeks do not determine a figure."""

    cagr: float
    volatility: float
    sharpe: float  # excess over zero
    sortino: float
    max_drawdown: float  # deepest drawdown, negative, the initial capital included
    calmar: float
    hit_rate: float  # share of weeks with a gain
    turnover: float  # weekly, dollars traded in stocks per dollar of wealth
    cost_drag: float  # CAGR before costs minus after
    effective_names: float  # mean of 1 / sum of squared stock shares, over weeks that hold stocks
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


def interquartile_mean(values: Floats) -> float:
    """Mean without the lowest and the highest quarter: what a typical member does (Agarwal et al. 2021)."""
    cut = len(values) // 4
    return float(np.sort(values)[cut : len(values) - cut].mean())


def metrics(result: Backtest, constraints: Constraints) -> Metrics:
    """Every figure of a backtest that the pages show."""
    net = result.net
    growth, spread = cagr(net), float(net.std(ddof=1)) if len(net) > 1 else math.nan
    downside = float(np.sqrt(np.mean(np.minimum(net, 0.0) ** 2)))
    fall = float(drawdown(net).min())
    annual = math.sqrt(WEEKS_PER_YEAR)
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
        **_holdings(result, constraints),
        weeks=len(net),
    )


def _holdings(result: Backtest, constraints: Constraints) -> dict[str, float]:
    """Figures of the weights; an index has none, and CASH alone is no name."""
    if not result.symbols:
        return dict.fromkeys(("effective_names", "average_cash", "weeks_at_cap"), math.nan)
    stocks = result.weights[:, :-1]
    invested = stocks[stocks.sum(axis=1) > _NOTHING]
    shares = invested / invested.sum(axis=1, keepdims=True)
    return {
        "effective_names": float((1.0 / (shares**2).sum(axis=1)).mean()) if len(shares) else math.nan,
        "average_cash": float(result.weights[:, -1].mean()),
        "weeks_at_cap": float((stocks >= constraints.max_position - 1e-6).any(axis=1).mean()),
    }


def _ratio(above: float, below: float) -> float:
    return above / below if below > _NOTHING else math.nan
