"""News sentiment as it was known: a day's score counts from the next session's close, for that week."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sac.arrays import Dates, Floats
from sac.errors import DataError
from sac.market.calendar import exchange_sessions
from sac.market.dates import iso_day
from sac.market.symbols import symbol_key
from sac.parquet import Limits, UnreadableTable, read_table

__all__ = ["outside_universe", "read_scored_table", "read_sentiment", "sentiment_file", "sentiment_signal"]

_MARGIN = np.timedelta64(14, "D")  # around the decisions: sessions before the first week, and after the last
_LARGEST = Limits(rows=1 << 22, decoded=1 << 29)  # twenty years of 800 symbols
_MOST = 2**31 - 1  # articles: an int32, as documented
_COLUMNS = ("date", "symbol", "sentiment_score", "article_count")
_MIDNIGHT = re.compile(r"[T ]00:00:00(\.0+)?$")
_ZONE = re.compile(r"[T ].*(Z|[+-][0-9]{2}:?[0-9]{2})$")


def sentiment_file(data: Path) -> Path:
    """Where the scores are."""
    return data / "output" / "daily_sentiment.parquet"


def read_sentiment(path: Path) -> pd.DataFrame:
    """Scored days, ascending: date (day), symbol (its key), score in [-1, 1], articles; score 0 without one.

    Raises DataError naming the row, the symbol, the date and the remedy.
    """
    return read_scored_table(path)[1].sort_values(["symbol", "date"], ignore_index=True)


def read_scored_table(path: Path) -> tuple[pa.Table, pd.DataFrame]:
    """The file as it is, and its rows as `read_sentiment` returns them, in the file's own order."""
    table, name = _table(path), path.name
    symbols = _plain(table["symbol"]).to_pandas()
    scored = pd.DataFrame(
        {
            "date": _days(table["date"], name),
            "symbol": symbols.map({one: symbol_key(str(one)) for one in symbols.dropna().unique()}),
            "score": _numbers(table["sentiment_score"]),
            "articles": _numbers(table["article_count"]),
        }
    )
    _refuse(scored, scored["date"].isna(), name, "has no date")
    _refuse(scored, scored["symbol"].isna() | (scored["symbol"] == ""), name, "has no symbol")
    counted = scored["articles"].between(0, _MOST) & (scored["articles"] % 1 == 0)
    _refuse(scored, ~counted, name, "has no article_count of zero or more")
    scored.loc[scored["articles"] == 0, "score"] = 0.0  # looked, and found none
    _refuse(scored, ~scored["score"].between(-1.0, 1.0), name, "has a score outside -1 to 1")
    _refuse(scored, scored.duplicated(["date", "symbol"]), name, "appears twice")
    return table, scored


def sentiment_signal(scored: pd.DataFrame, symbols: Sequence[str], decisions: Dates) -> Floats:
    """Each decision's news, (T, n): the article-weighted mean of what became known since the one before.

    A day becomes known at the close of the first session after it: its evening may be after that day's
    close. 0 where somebody looked and found no article in the whole week; NaN where nobody looked. Before the
    first decision the week begins as every week does, after the last session of the one before.
    """
    shape = (len(decisions), len(symbols))
    sessions = exchange_sessions(decisions[0] - _MARGIN, decisions[-1] + _MARGIN)
    now = np.searchsorted(sessions, decisions)  # (T,)
    monday = decisions[0] - (decisions[0].astype("int64") + 3) % 7  # day 0 was a Thursday
    begin = np.searchsorted(sessions, monday) - 1
    known = np.searchsorted(sessions, scored["date"].to_numpy().astype("datetime64[D]"), side="right")
    step = np.searchsorted(now, known)  # (rows,) the first decision that knows the row
    columns = {symbol_key(symbol): column for column, symbol in enumerate(symbols)}
    column = scored["symbol"].map(columns)
    used = (column.notna() & (known > begin) & (step < len(decisions))).to_numpy()
    cell = step[used], column[used].to_numpy().astype("int64")
    counts, scores = (scored.loc[used, name].to_numpy(dtype="float64") for name in ("articles", "score"))
    looked, articles, means = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape)
    looked[cell] = True
    np.add.at(articles, cell, counts)
    np.add.at(means, cell, scores * (counts / articles[cell].clip(1.0)))
    return np.where(looked, means.clip(-1.0, 1.0), np.nan)


def outside_universe(scored: pd.DataFrame, symbols: Sequence[str]) -> dict[str, int]:
    """Rows by symbol that match no symbol of a universe, the most rows first."""
    known = {symbol_key(symbol) for symbol in symbols}
    counts = scored.loc[~scored["symbol"].isin(known), "symbol"].value_counts(sort=False).sort_index()
    return {str(name): int(rows) for name, rows in counts.sort_values(ascending=False, kind="stable").items()}


def _table(path: Path) -> pa.Table:
    try:
        table = read_table(path, lambda schema: None, _LARGEST)
    except UnreadableTable as error:
        raise DataError(f"{path.name} {error}. Delete it and refresh the news.") from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None
    for name in _COLUMNS:
        if table.column_names.count(name) != 1:
            lack = "two columns" if name in table.column_names else "no column"
            raise DataError(f"{path.name} has {lack} {name}: it needs {', '.join(_COLUMNS)}.")
    return table


def _days(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """Days of a column of dates, of timestamps at midnight or of ISO text; NaT where nothing stands."""
    column = _plain(column)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return _days_of_text(column.to_pandas(), name)
    if pa.types.is_date(kind):
        column, kind = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
    if not pa.types.is_timestamp(kind):
        first = f" ({column[0]}, row 1)" if len(column) else ""
        raise DataError(
            f"{name}: a date cannot be read{first}: the column is {kind}. Write days, or text as 2022-12-16."
        )
    if kind.tz is not None:
        raise DataError(f"{name}: its dates carry a time zone. Write New York days, 2022-12-16.")
    moments = column.to_numpy()
    days: np.ndarray = moments.astype("datetime64[D]")
    odd = ~np.isnat(moments) & (days != moments)
    if odd.any():
        row = int(odd.argmax())
        raise DataError(
            f"{name}: its dates carry a time of day ({moments[row]}, row {row + 1}). "
            "Write New York days, 2022-12-16."
        )
    return days


def _days_of_text(texts: pd.Series, name: str) -> np.ndarray:
    days: dict[object, np.datetime64] = {}
    for text in texts.dropna().unique():
        day = iso_day(_MIDNIGHT.sub("", text))
        if day is None:
            where = f"({text!r}, row {int((texts == text).to_numpy().argmax()) + 1})"
            if _ZONE.search(text):
                raise DataError(
                    f"{name}: its dates carry a time zone {where}. Write New York days, 2022-12-16."
                )
            raise DataError(
                f"{name}: a date cannot be read {where}: other spellings can mean two days. "
                "Write it as 2022-12-16."
            )
        days[text] = day
    nothing = np.datetime64("NaT", "D")
    return np.array([days.get(text, nothing) for text in texts], dtype="datetime64[D]")


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of categories as what they stand for."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _numbers(column: pa.ChunkedArray) -> pd.Series:
    """Numbers, NaN where there is none."""
    numbers: pd.Series = pd.to_numeric(_plain(column).to_pandas(), errors="coerce").astype("float64")
    return numbers


def _refuse(scored: pd.DataFrame, bad: pd.Series, name: str, what: str) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        symbol, date = scored.loc[row, ["symbol", "date"]]
        raise DataError(
            f"{name}: {symbol} on {str(date)[:10]} {what} (row {row + 1}). "
            "Correct the row, or delete the file and refresh the news."
        )
