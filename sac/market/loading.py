"""From the data folder to a panel: the chosen source's prices, and the signals that are there."""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from sac.arrays import Dates, Floats
from sac.config import SIGNALS
from sac.files import stamp
from sac.market.choice import read_choice
from sac.market.fundamentals.ratios import fundamental_signals, fundamentals_folder
from sac.market.news.sentiment import read_sentiment, sentiment_file, sentiment_signal
from sac.market.panel import MarketPanel, build_panel, sample_panel
from sac.market.prices.files import FETCHED_AT, file_of, read_prices

__all__ = ["known_signals", "load_panel", "market_stamp", "price_folder"]

_PARTS = ("market.toml", "raw", "output")  # of the data folder: what `load_panel` reads


def price_folder(data: Path) -> Path:
    """One file per symbol."""
    return data / "raw" / "prices"


def load_panel(data: Path) -> MarketPanel:
    """The market that `market.toml` chooses; nothing is fetched. Raises DataError with the remedy."""
    choice = read_choice(data)
    if choice.source == "sample":
        return sample_panel()
    folder = price_folder(data)
    prices, note = read_prices(folder, choice.symbols, choice.start)
    moments = [_fetched_at(file_of(folder, symbol)) for symbol in choice.symbols]
    return build_panel(
        prices,
        source=choice.source,
        note=note,
        fetched_at=min((moment for moment in moments if moment), default=None),
        signals=partial(known_signals, data),
    )


def market_stamp(data: Path) -> str:
    """What changes when the choice, or a file that `load_panel` reads, does."""
    return "".join(stamp(data / part) for part in _PARTS)


def known_signals(data: Path, symbols: tuple[str, ...], decisions: Dates) -> Floats:
    """The seven signals as known at each decision's close: (T, n, 7), NaN where nothing was."""
    signals = np.full((len(decisions), len(symbols), len(SIGNALS)), np.nan)
    news = sentiment_file(data)
    if news.exists():
        signals[..., 0] = sentiment_signal(read_sentiment(news), symbols, decisions)
    signals[..., 1:] = fundamental_signals(fundamentals_folder(data), symbols, decisions)
    return signals


def _fetched_at(path: Path) -> str | None:
    if path.suffix != ".parquet":
        return None
    fetched_at = (pq.read_schema(path).metadata or {}).get(FETCHED_AT)
    return fetched_at.decode() if fetched_at else None
