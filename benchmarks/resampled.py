"""Prices of more stocks than any set holds: real daily returns, drawn anew in blocks.

pip install -e .[bench]
What stocks share of a day (their mean) is drawn once for all, from the sample. What is left of each stock,
of the sample or of TSE, is drawn for its set and copy: stocks of a copy keep what else they have in common,
jumps stay jumps and calm stays calm. The figures of such a market mean nothing.
"""

import datetime as dt

import numpy as np
import pandas as pd

from benchmarks.market_sets import numbered_closes
from sac.arrays import Floats, Rows
from sac.market import exchange_sessions, sample_closes

__all__ = ["resampled_closes"]

_BLOCK = 20  # sessions that stay together
_CALM = 0.5  # daily log return that a stock never exceeds: the desk's checks ask about more than 0.7


def resampled_closes(stocks: int, years: int, last: dt.date, seed: int = 0) -> pd.DataFrame:
    """Closes of so many stocks, sessions × symbols, of the years up to the newest session by `last`."""
    first = np.datetime64(last) - np.timedelta64(round(365.25 * years), "D")
    sessions = exchange_sessions(first, np.datetime64(last))
    rng = np.random.default_rng(seed)
    sets = [_log_returns(sample_closes().to_numpy()), _log_returns(numbered_closes("tse"))]
    market = sets[0].mean(axis=1)
    rests = [_rest(returns) for returns in sets]
    shared = market[_blocks(len(market), len(sessions), rng)]
    own: list[Floats] = []
    while sum(rest.shape[1] for rest in own) < stocks:
        own += [rest[_blocks(len(rest), len(sessions), rng)] for rest in rests]
    closes = 100.0 * np.exp((shared[:, None] + np.hstack(own)[:, :stocks]).cumsum(axis=0))
    symbols = [f"SIM{number:03}" for number in range(stocks)]
    return pd.DataFrame(closes, index=pd.DatetimeIndex(sessions), columns=symbols)


def _log_returns(closes: Floats) -> Floats:
    """Daily log returns (S, n) of the stocks that never jump."""
    returns: Floats = np.diff(np.log(closes), axis=0)
    return returns[:, np.abs(returns).max(axis=0) < _CALM]


def _rest(returns: Floats) -> Floats:
    """What stocks (S, n) do not share of a day, without trends: repeated for decades they would be all."""
    apart = returns - returns.mean(axis=1, keepdims=True)
    rest: Floats = apart - apart.mean(axis=0)
    return rest


def _blocks(known: int, wanted: int, rng: np.random.Generator) -> Rows:
    """Which of the known days each wanted day repeats: blocks that begin anywhere, as on a circle."""
    starts = rng.integers(0, known, -(-wanted // _BLOCK))
    return ((starts[:, None] + np.arange(_BLOCK)) % known).ravel()[:wanted]
