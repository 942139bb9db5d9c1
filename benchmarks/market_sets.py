"""Real markets that packages ship: read from the package's files, never copied.

pip install -e .[bench]
Sets of universal-portfolios have no dates: their sessions are numbered, five to a week, and hung up on a
calendar without holidays. Each holds survivors of its time.
"""

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR
from sac.market import MarketPanel, build_panel, numbered_panel, sample_path
from sac.market.accepted import Accepted
from sac.market.prices.checks import findings_of

__all__ = ["CHOSEN_ON", "MARKETS", "numbered_closes", "olmar", "side_by_side"]

# Settings were chosen on these; the others were looked at once, at the end.
CHOSEN_ON = ("nyse_o", "nyse_n")

_BEFORE_THE_DEMO = "2004-12-31"  # the demo's prices begin after it
_SESSIONS = 5  # of a week
_NO_PRICES = ("AMD", "RRC")  # quantised prices, and bad data


def numbered_closes(name: str) -> Floats:
    """A set's closes (S, n), each stock's first one relative to the day before."""
    closes: Floats = pd.read_csv(_folder() / f"{name}.csv").to_numpy(dtype=np.float64)
    return closes


def _numbered(name: str) -> MarketPanel:
    return numbered_panel(numbered_closes(name), note=name)


def _sample() -> MarketPanel:
    frame = pd.read_csv(sample_path(), parse_dates=["Date"], index_col="Date").loc[:_BEFORE_THE_DEMO]
    closes = frame.drop(columns=[*_NO_PRICES]).dropna(axis=1)
    real = [  # AAPL halved in a day of September 2000, on its own warning
        Accepted(each.day, "the move was real", "benchmark", each.symbol)
        for each in findings_of(closes)
        if each.acceptable
    ]
    return build_panel({"close": closes}, source="sample", note="S&P 500, 1990 to 2004", accepted=real)


def side_by_side(years: int) -> MarketPanel:
    """Many names: the longest sets, cut into pieces of so many years that stand beside each other.

    Stocks of a piece moved together, those of two pieces did not. No price is used twice.
    """
    sessions = years * WEEKS_PER_YEAR * _SESSIONS
    pieces = [
        closes[first : first + sessions]
        for closes in (numbered_closes("nyse_o"), numbered_closes("nyse_n"), _sample().closes)
        for first in range(0, len(closes) - sessions + 1, sessions)
    ]
    return numbered_panel(np.hstack(pieces), note=f"pieces of {years} years")


def _folder() -> Path:
    """The package's data, found without importing it."""
    package = importlib.util.find_spec("universal")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("The markets come with universal-portfolios: pip install -e .[bench]")
    return Path(package.submodule_search_locations[0]) / "data"


def olmar(panel: MarketPanel) -> Floats:
    """On-line moving average reversion (Li & Hoi 2012) of universal-portfolios on weekly closes.

    Weights of the stocks (T, n), each decided with its own week's close and those before.
    """
    from universal.algos import OLMAR

    closes = pd.DataFrame(panel.closes[panel.last_sessions])
    ahead = pd.concat([closes, closes.tail(1)], ignore_index=True)  # so that the newest decision has a row
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its preparation of other algorithms' prices warns of pandas 3
        held: Floats = OLMAR(window=5, eps=10).run(ahead).B.to_numpy()  # row t is held into t
    return np.nan_to_num(held[1:])


MARKETS: dict[str, Callable[[], MarketPanel]] = {
    "nyse_o": lambda: _numbered("nyse_o"),
    "nyse_n": lambda: _numbered("nyse_n"),
    "sample before 2005": _sample,
    "tse": lambda: _numbered("tse"),
    "sp500": lambda: _numbered("sp500"),
    "msci": lambda: _numbered("msci"),
    "djia": lambda: _numbered("djia"),
}
