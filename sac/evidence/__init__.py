"""Evidence: what a backtest is worth."""

from sac.evidence.attribution import COSTS, Edge, contributions, edge, edge_by_asset
from sac.evidence.costs import COST_RATES, at_cost, break_even
from sac.evidence.drawdowns import Drawdown, drawdowns
from sac.evidence.metrics import Metrics, cagr, drawdown, interquartile_mean, metrics
from sac.evidence.rolling import rolling_sharpe, rolling_volatility
from sac.evidence.significance import (
    Difference,
    Search,
    deflated_sharpe,
    difference,
    information_ratio,
    leads,
    probabilistic_sharpe,
)
from sac.evidence.tails import Tails, tails

__all__ = [
    "COSTS",
    "COST_RATES",
    "Difference",
    "Drawdown",
    "Edge",
    "Metrics",
    "Search",
    "Tails",
    "at_cost",
    "break_even",
    "cagr",
    "contributions",
    "deflated_sharpe",
    "difference",
    "drawdown",
    "drawdowns",
    "edge",
    "edge_by_asset",
    "information_ratio",
    "interquartile_mean",
    "leads",
    "metrics",
    "probabilistic_sharpe",
    "rolling_sharpe",
    "rolling_volatility",
    "tails",
]
