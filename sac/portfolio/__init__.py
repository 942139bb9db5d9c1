"""Portfolio: constraints, accounting, and backtests of an allocator over a panel.

`constraints`, `environment` and `risk_based` need torch and are imported by name, so that a page does not
load it.
"""

from sac.portfolio.accounting import account, all_cash, asset_growth, drift
from sac.portfolio.backtest import Allocator, Backtest, backtest, backtests, index_backtest, log_lead
from sac.portfolio.baselines import BuyAndHold, Cash, EqualWeight, TopFifth, equal_weights
from sac.portfolio.validation import (
    LearningPoint,
    Validation,
    expected_maximum,
    tilted,
    validate,
    validation_of,
)

__all__ = [
    "Allocator",
    "Backtest",
    "BuyAndHold",
    "Cash",
    "EqualWeight",
    "LearningPoint",
    "TopFifth",
    "Validation",
    "account",
    "all_cash",
    "asset_growth",
    "backtest",
    "backtests",
    "drift",
    "equal_weights",
    "expected_maximum",
    "index_backtest",
    "log_lead",
    "tilted",
    "validate",
    "validation_of",
]
