"""From the data folder to a panel: the chosen source's prices, and the signals that are there."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from sac.arrays import Dates, Floats
from sac.config import SIGNALS
from sac.files import stamp
from sac.market.calendar import last_ended_session
from sac.market.choice import MarketChoice, read_choice
from sac.market.fundamentals.ratios import fundamental_signals, fundamentals_folder
from sac.market.news.sentiment import read_sentiment, sentiment_file, sentiment_signal
from sac.market.panel import MarketPanel, build_panel, sample_panel
from sac.market.prices.sample import sample_closes
from sac.market.prices.survey import Survey, survey_of, survey_prices
from sac.market.prices.tables import PriceFile

__all__ = [
    "known_signals",
    "load_panel",
    "market_stamp",
    "price_folder",
    "survey_market",
    "surveyed_panel",
]

_PARTS = ("market.toml", "raw", "output")  # of the data folder: what `load_panel` reads


def price_folder(data: Path) -> Path:
    """One file per symbol."""
    return data / "raw" / "prices"


def load_panel(data: Path, now: pd.Timestamp | None = None) -> MarketPanel:
    """The market that `market.toml` chooses; nothing is fetched. Raises DataError with the remedy.

    `now`: today's prices are left out until the session is over.
    """
    choice = read_choice(data)
    if choice.source == "sample":
        return sample_panel()
    return surveyed_panel(data, survey_market(data, choice, now=now))


def surveyed_panel(data: Path, survey: Survey) -> MarketPanel:
    """The market of prices that were looked at, with the signals of the data folder. Raises DataError."""
    return build_panel(
        survey.trusted(),
        source=survey.source,
        note=" ".join(survey.notes),
        fetched_at=survey.fetched_at,
        signals=partial(known_signals, data),
        accepted=survey.accepted,
    )


def survey_market(
    data: Path,
    choice: MarketChoice,
    staged: Mapping[str, bytes] | None = None,
    now: pd.Timestamp | None = None,
) -> Survey:
    """Every finding about the prices of a choice, which need not be the one of `market.toml`.

    `staged`: CSV files by symbol that are to stand in for those of the data folder.
    """
    if choice.source == "sample":
        closes = sample_closes()
        files = {
            str(symbol): PriceFile(str(symbol), series.to_frame("close"), "sample", None, ())
            for symbol, series in closes.items()
        }
        return replace(survey_of(files, choice.symbols, choice.start), unpriced=())  # it is known to end
    return survey_prices(
        price_folder(data), choice.symbols, choice.start, choice.accepted, staged=staged, now=now
    )


def market_stamp(data: Path) -> str:
    """What changes when the choice, a file that `load_panel` reads, or the last session that is over does."""
    return "".join((*(stamp(data / part) for part in _PARTS), str(last_ended_session())))


def known_signals(data: Path, symbols: tuple[str, ...], decisions: Dates) -> Floats:
    """The seven signals as known at each decision's close: (T, n, 7), NaN where nothing was."""
    signals = np.full((len(decisions), len(symbols), len(SIGNALS)), np.nan)
    news = sentiment_file(data)
    if news.exists():
        signals[..., 0] = sentiment_signal(read_sentiment(news), symbols, decisions)
    signals[..., 1:] = fundamental_signals(fundamentals_folder(data), symbols, decisions)
    return signals
