"""Evidence: what a back-test is worth."""

from sac.evidence.metrics import Metrics, cagr, drawdown, metrics

__all__ = ["Metrics", "cagr", "drawdown", "metrics"]
