"""Evidence: what a back-test is worth."""

from sac.evidence.metrics import Metrics, cagr, drawdown, metrics
from sac.evidence.significance import Difference, deflated_sharpe, difference, probabilistic_sharpe

__all__ = [
    "Difference",
    "Metrics",
    "cagr",
    "deflated_sharpe",
    "difference",
    "drawdown",
    "metrics",
    "probabilistic_sharpe",
]
