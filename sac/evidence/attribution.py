"""Where a result comes from: which stocks, which years, and how much hangs on the best of them.

Contributions are in log growth, so that they add up over assets and over time without a remainder.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sac.config import CASH, WEEKS_PER_YEAR
from sac.portfolio import Backtest

__all__ = ["COSTS", "Edge", "contributions", "edge", "edge_by_asset"]

COSTS = "Costs"  # beside the assets


@dataclass(frozen=True)
class Edge:
    """A strategy against a benchmark on the same weeks: annualised log growth, a fraction, net of costs."""

    total: float
    best_stock: str  # contributed most to the edge; "" where neither holds stocks
    without_best_stock: float
    best_month: str  # "2021-03": of the calendar months in which weeks end
    without_best_month: float
    beta: float  # of its weekly returns to the benchmark's; NaN where the benchmark's do not vary
    tracking_error: float  # annualised volatility of the difference of weekly returns


def contributions(result: Backtest) -> pd.DataFrame:
    """Log growth by week (rows: the session that ends it) from each asset, CASH and costs (columns).

    A week's net return is (1 - cost) × Σ w·r - cost; each part is scaled by log(1 + net) / net, which makes
    the parts of a week add up to its log growth (Carino 1999).
    """
    net = result.net[:, None]  # (W, 1)
    kept = (1.0 + net) / (1.0 + result.gross[:, None])  # (W, 1) what costs left of a dollar
    parts = np.hstack([kept * result.weights * (result.growth - 1.0), kept - 1.0])  # (W, n+2)
    flat = np.abs(net) < 1e-9  # there the ratio is 1 - net / 2
    scale = np.where(flat, 1.0 - net / 2, np.log1p(net) / np.where(flat, 1.0, net))
    return pd.DataFrame(
        parts * scale, index=pd.DatetimeIndex(result.ends), columns=[*result.symbols, CASH, COSTS]
    )


def edge_by_asset(result: Backtest, benchmark: Backtest) -> "pd.Series[float]":
    """What each asset and the costs add to the edge, annualised log growth; the sum is the edge."""
    return _lead(result, benchmark).sum() * WEEKS_PER_YEAR / len(result.net)


def edge(result: Backtest, benchmark: Backtest) -> Edge:
    """What is left of a lead without its best stock and its best month, and how much of it is the market."""
    lead = _lead(result, benchmark)
    years = len(lead) / WEEKS_PER_YEAR
    total = float(lead.to_numpy().sum()) / years
    by_stock = lead.drop(columns=[CASH, COSTS]).sum()
    months, month = np.unique(result.ends.astype("datetime64[M]"), return_inverse=True)
    by_month = np.bincount(month, weights=lead.to_numpy().sum(axis=1))
    spread = float(benchmark.net.var())
    covariance = float(((result.net - result.net.mean()) * (benchmark.net - benchmark.net.mean())).mean())
    active = result.net - benchmark.net
    return Edge(
        total=total,
        best_stock=str(by_stock.idxmax()) if len(by_stock) else "",
        without_best_stock=total - float(by_stock.max()) / years if len(by_stock) else total,
        best_month=str(months[by_month.argmax()]),
        without_best_month=total - float(by_month.max()) / years,
        beta=covariance / spread if spread > 1e-18 else float("nan"),
        tracking_error=float(active.std(ddof=1) * np.sqrt(WEEKS_PER_YEAR))
        if len(active) > 1
        else float("nan"),
    )


def _lead(result: Backtest, benchmark: Backtest) -> pd.DataFrame:
    """Contributions beyond the benchmark's, (W, assets of either)."""
    return contributions(result).sub(contributions(benchmark), fill_value=0.0)
