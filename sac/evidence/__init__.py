"""Evidence: what a backtest is worth."""

from sac.evidence.attribution import COSTS, Edge, contributions, edge, edge_by_asset
from sac.evidence.costs import COST_RATES, at_cost, break_even
from sac.evidence.metrics import Metrics, cagr, drawdown, interquartile_mean, metrics
from sac.evidence.significance import (
    Difference,
    Search,
    deflated_sharpe,
    difference,
    information_ratio,
    leads,
    probabilistic_sharpe,
)

__all__ = [
    "COSTS",
    "COST_RATES",
    "Difference",
    "Edge",
    "Metrics",
    "Search",
    "at_cost",
    "break_even",
    "cagr",
    "contributions",
    "deflated_sharpe",
    "difference",
    "drawdown",
    "edge",
    "edge_by_asset",
    "information_ratio",
    "interquartile_mean",
    "leads",
    "metrics",
    "probabilistic_sharpe",
]
