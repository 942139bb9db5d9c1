"""How much of what a panel could know it knows: by symbol and calendar year."""

import numpy as np
import pandas as pd

from sac.arrays import Dates
from sac.config import SIGNALS
from sac.market.calendar import exchange_sessions
from sac.market.panel import MarketPanel

__all__ = ["coverage"]


def coverage(panel: MarketPanel, name: str) -> pd.DataFrame:
    """Known share (0 to 1) of a price field's sessions or a signal's decisions: symbols × years."""
    if name in SIGNALS:
        known = np.isfinite(panel.signals[..., SIGNALS.index(name)])  # (T, n)
        return _shares(known, panel.decisions, panel.decisions, panel.symbols)
    expected = exchange_sessions(panel.sessions[0], panel.sessions[-1], panel.provenance.closures)
    values = panel.prices.get(name, np.full_like(panel.closes, np.nan))  # (S, n)
    return _shares(np.isfinite(values), panel.sessions, expected, panel.symbols)


def _shares(known: np.ndarray, dates: Dates, expected: Dates, symbols: tuple[str, ...]) -> pd.DataFrame:
    counts = pd.DataFrame(known, columns=list(symbols)).groupby(_years(dates)).sum()
    return counts.div(pd.Series(1, _years(expected)).groupby(level=0).sum(), axis=0).fillna(0.0).T


def _years(dates: Dates) -> pd.Index:
    return pd.DatetimeIndex(dates).year.rename("year")
