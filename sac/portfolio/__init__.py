"""Portfolio: constraints, accounting, the environment, and walking an allocator over a panel.

`constraints` and `environment` need torch and are imported by name, so that a page does not load it.
"""

from sac.portfolio.accounting import account, all_cash, asset_growth, drift
from sac.portfolio.backtest import Allocator, Backtest, backtest
from sac.portfolio.baselines import BuyAndHold, EqualWeight, equal_weights
from sac.portfolio.validation import Validation, validate

__all__ = [
    "Allocator",
    "Backtest",
    "BuyAndHold",
    "EqualWeight",
    "Validation",
    "account",
    "all_cash",
    "asset_growth",
    "backtest",
    "drift",
    "equal_weights",
    "validate",
]
