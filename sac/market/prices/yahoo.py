"""Daily prices from Yahoo Finance, through `yfinance`: in batches first, then one by one what failed."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sac.market.fetching import Pause
from sac.market.prices.tables import OPTIONAL_FIELDS
from sac.market.symbols import spelled
from sac.text import lost

if TYPE_CHECKING:
    import requests

__all__ = ["Accept", "load_prices_yfinance"]

_BATCH, _THREADS = 20, 2  # more, and Yahoo begins to refuse
_TRIES, _FIRST_PAUSE = 4, 2.0  # of a rate-limited symbol; seconds, doubled each time
_FIELDS = ("close", *OPTIONAL_FIELDS)
LIMITED = "Yahoo limits our requests: refresh again in an hour, what was fetched is kept"

Accept = Callable[
    [str, pd.DataFrame | str], None
]  # a symbol, and its prices or the reason why there are none


def load_prices_yfinance(
    symbols: Sequence[str],
    start: dt.date,
    end: dt.date,
    accept: Accept,
    *,
    session: "requests.Session | None" = None,
    pause: Pause = time.sleep,
) -> None:
    """Tell each symbol's adjusted daily prices from start to end, end included, or why there are none.

    A share class is asked for as Yahoo writes it, BRK-B. `accept` may raise to stop. After a symbol that
    stays rate-limited through every back-off the others are not tried any more. Prices are adjusted for
    splits and dividends by Yahoo (auto_adjust).
    """
    import yfinance

    yfinance.data.YfData.cache_get.cache_clear()  # or a second refresh would get the answers of the first
    ours = {spelled(symbol, "-"): symbol for symbol in symbols}
    names, failed = list(ours), list[str]()
    for first in range(0, len(names), _BATCH):
        for name, frame in _together(names[first : first + _BATCH], start, end, session).items():
            if frame is None or frame.index.has_duplicates:
                failed.append(name)
            else:
                accept(ours[name], frame)
    limited = False
    for name in failed:
        outcome = LIMITED if limited else _alone(name, start, end, session, pause)
        limited = isinstance(outcome, str) and outcome == LIMITED
        accept(ours[name], outcome)


def _together(
    symbols: Sequence[str], start: dt.date, end: dt.date, session: Any
) -> dict[str, pd.DataFrame | None]:
    """Each symbol's prices, or None: a batch hides the reasons behind columns without a value."""
    import yfinance

    wide = yfinance.download(
        list(symbols),
        start=start,
        end=end + dt.timedelta(days=1),  # theirs is exclusive
        auto_adjust=True,
        threads=min(_THREADS, len(symbols)),
        progress=False,
        group_by="ticker",
        session=session,
    )
    known = {} if wide is None else {str(name): wide[name] for name in wide.columns.levels[0]}
    return {symbol: _tidy(known[symbol], end) if symbol in known else None for symbol in symbols}


def _alone(symbol: str, start: dt.date, end: dt.date, session: Any, pause: Pause) -> pd.DataFrame | str:
    import yfinance
    from yfinance.exceptions import YFException, YFRateLimitError

    hidden, yfinance.config.debug.hide_exceptions = yfinance.config.debug.hide_exceptions, False
    try:
        for attempt in range(_TRIES):
            if attempt:
                pause(_FIRST_PAUSE * 2.0 ** (attempt - 1))
            # It keeps answers to failed requests, also for the next try.
            yfinance.data.YfData.cache_get.cache_clear()
            try:
                ticker = yfinance.Ticker(symbol, session=session)
                frame = ticker.history(start=start, end=end + dt.timedelta(days=1), auto_adjust=True)
            except YFRateLimitError:
                continue
            except YFException as error:
                return f"Yahoo: {str(error).removeprefix(f'${symbol}: ')}"
            except (ValueError, KeyError, TypeError):
                return "Yahoo's answer could not be read: refresh again later"
            except OSError as error:
                return f"Yahoo cannot be reached ({lost(error)}): check the network, refresh again"
            tidy = _tidy(frame, end)
            if tidy is not None and tidy.index.has_duplicates:
                return (
                    f"Yahoo shows {tidy.index[tidy.index.duplicated()][0].date()} twice: refresh again later"
                )
            return "Yahoo has no prices in this window" if tidy is None else tidy
        return LIMITED
    finally:
        yfinance.config.debug.hide_exceptions = hidden


def _tidy(frame: pd.DataFrame, end: dt.date) -> pd.DataFrame | None:
    """Columns in lower case by day until `end`, without the days that have no close; None where none is left.

    Yahoo may add the running session as a row of its own, whatever end was asked for.
    """
    table = frame.rename(columns=str.lower)
    if "close" not in table or table["close"].isna().all():
        return None
    table = table.loc[table["close"].notna(), [name for name in _FIELDS if name in table]]
    days = pd.DatetimeIndex(table.index)
    table.index = (days.tz_localize(None) if days.tz is not None else days).normalize().rename("date")
    table.columns.name = None
    table = table.loc[table.index <= pd.Timestamp(end)]
    return table.astype("float64").sort_index() if len(table) else None
