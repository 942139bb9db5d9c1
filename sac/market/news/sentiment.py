"""News sentiment as it was known: a day's score counts from the next session's close, for five sessions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sac.arrays import Dates, Floats
from sac.errors import DataError
from sac.market.calendar import exchange_sessions

__all__ = ["read_sentiment", "sentiment_file", "sentiment_signal"]


_OLDEST = 5  # sessions
_COLUMNS = ("date", "symbol", "sentiment_score", "article_count")


def sentiment_file(data: Path) -> Path:
    """Where the scores are."""
    return data / "output" / "daily_sentiment.parquet"


def read_sentiment(path: Path) -> pd.DataFrame:
    """Scored days, ascending: date (day), symbol, score in [-1, 1] (0 where no article was found).

    Raises DataError naming the symbol, the date and the remedy.
    """
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path.name} is not a readable parquet file: {error}. Refresh the news.") from None
    missing = [name for name in _COLUMNS if name not in frame]
    if missing:
        raise DataError(f"{path.name} has no column {missing[0]}: it needs {', '.join(_COLUMNS)}.")
    try:
        dates = pd.to_datetime(frame["date"])
    except (ValueError, TypeError) as error:
        raise DataError(f"{path.name}: a date cannot be read ({error}). Write it as 2022-12-16.") from None
    if getattr(dates.dtype, "tz", None) is not None:
        raise DataError(f"{path.name}: its dates carry a time zone. Write New York days, 2022-12-16.")
    scored = pd.DataFrame(
        {
            "date": dates.to_numpy().astype("datetime64[D]"),
            "symbol": frame["symbol"].astype(str),
            "score": pd.to_numeric(frame["sentiment_score"], errors="coerce").astype("float64"),
            "articles": pd.to_numeric(frame["article_count"], errors="coerce"),
        }
    )
    _refuse(scored, scored["date"].isna(), path, "has no date")
    _refuse(scored, ~(scored["articles"] >= 0), path, "has no article_count of zero or more")
    scored.loc[scored["articles"] == 0, "score"] = 0.0  # looked, and found none
    _refuse(scored, ~scored["score"].between(-1.0, 1.0), path, "has a score outside -1 to 1")
    _refuse(scored, scored.duplicated(["date", "symbol"]), path, "appears twice")
    return scored.sort_values(["symbol", "date"], ignore_index=True)


def sentiment_signal(scored: pd.DataFrame, symbols: Sequence[str], decisions: Dates) -> Floats:
    """The last score that was known at each decision's close, (T, n); NaN once it is 6 sessions old."""
    values = np.full((len(decisions), len(symbols)), np.nan)
    if scored.empty:
        return values
    first = min(scored["date"].min().to_numpy().astype("datetime64[D]"), decisions[0])
    sessions = exchange_sessions(first, decisions[-1] + np.timedelta64(14, "D"))
    now = np.searchsorted(sessions, decisions)  # (T,)
    for column, symbol in enumerate(symbols):
        own = scored[scored["symbol"] == symbol]
        # Known at the close of the first session after the day: its evening may be after that day's close.
        known = np.searchsorted(sessions, own["date"].to_numpy().astype("datetime64[D]"), side="right")
        latest = np.searchsorted(known, now, side="right") - 1
        fresh = (latest >= 0) & (now - known[latest.clip(0)] <= _OLDEST) if len(known) else now < 0
        values[fresh, column] = own["score"].to_numpy()[latest[fresh]]
    return values


def _refuse(scored: pd.DataFrame, bad: pd.Series, path: Path, what: str) -> None:
    if bad.any():
        symbol, date = scored.loc[bad, ["symbol", "date"]].iloc[0]
        raise DataError(
            f"{path.name}: {symbol} on {str(date)[:10]} {what}. Correct the row, or refresh the news."
        )
