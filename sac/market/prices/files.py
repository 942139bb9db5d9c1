"""Daily prices from one file per symbol, `{SYMBOL}.parquet` or `.csv`: date, close, and what else is real."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sac.errors import DataError
from sac.market.prices.checks import validate_closes

__all__ = ["FETCHED_AT", "OPTIONAL_FIELDS", "PriceTable", "file_of", "read_price_file", "read_prices"]

OPTIONAL_FIELDS = ("open", "high", "low", "volume")
_LEAST_YEARS = 3  # of history of every symbol: less teaches nothing
_LATE_DAYS = 10  # calendar days by which one symbol may end before the others

PriceTable = dict[str, pd.DataFrame]  # field -> sessions × symbols


def file_of(folder: Path, symbol: str) -> Path:
    """The symbol's file. Raises DataError where there is none, or two."""
    found = [path for suffix in ("parquet", "csv") if (path := folder / f"{symbol}.{suffix}").is_file()]
    if not found:
        raise DataError(
            f"{symbol} has no prices: {folder.name}/{symbol}.parquet (or .csv) is missing. "
            "Refresh the data, add the file, or take the symbol out of the universe."
        )
    if len(found) > 1:
        raise DataError(f"{symbol} has two price files, {found[0].name} and {found[1].name}: delete one.")
    return found[0]


def read_price_file(path: Path) -> pd.DataFrame:
    """One symbol's prices by session, ascending: `close` and the optional fields that the file has.

    Raises DataError naming the symbol, the date and the remedy.
    """
    symbol = path.stem
    frame = _table(path)
    frame.columns = [str(name).strip().lower() for name in frame.columns]
    if any(";" in name for name in frame.columns):
        raise DataError(
            f"{path.name} separates its columns with ';'. Save it with commas and decimal points: "
            "date,close / 2022-12-16,134.51."
        )
    missing = [name for name in ("date", "close") if name not in frame]
    if missing:
        raise DataError(f"{path.name} has no column {missing[0]}: it needs date and close.")
    if frame.empty:
        raise DataError(f"{path.name} is empty: {symbol} has no prices. Refresh it or take the symbol out.")
    dates = _dates(frame["date"], path.name)
    fields = ["close", *(name for name in OPTIONAL_FIELDS if name in frame)]
    prices = pd.DataFrame(
        {name: _numbers(frame[name], dates, path.name) for name in fields},
        index=pd.DatetimeIndex(dates, name="date"),
    )
    if prices["close"].isna().all():
        raise DataError(f"{path.name} has no close at all. Refresh {symbol} or take it out of the universe.")
    _check_order(prices.index, path.name)
    return prices


def read_prices(folder: Path, symbols: Sequence[str], start: dt.date) -> tuple[PriceTable, str]:
    """Prices of a universe by session from `start` on, and a note on what shortens the window ("" if none).

    An optional field is there only when every symbol has it on every session; nothing is filled in.
    """
    tables = {symbol: read_price_file(file_of(folder, symbol)) for symbol in symbols}
    ends = [table.index[-1] for table in tables.values()]
    last, newest = min(ends), max(ends)
    for symbol, table in tables.items():
        if (newest - table.index[-1]).days > _LATE_DAYS:
            raise DataError(
                f"{symbol} ends on {table.index[-1].date()}, others on {newest.date()}. "
                "Refresh it, or take it out of the universe if it is no longer traded."
            )
        if table.index[0] > last - pd.DateOffset(years=_LEAST_YEARS):
            raise DataError(
                f"{symbol} has prices since {table.index[0].date()} only: {_LEAST_YEARS} years are needed. "
                "Take it out of the universe."
            )
    youngest = max(tables, key=lambda symbol: tables[symbol].index[0])
    first = max(pd.Timestamp(start), tables[youngest].index[0])
    kept = {symbol: table.loc[first:last] for symbol, table in tables.items()}
    fields = [name for name in OPTIONAL_FIELDS if all(_complete(table, name) for table in kept.values())]
    prices = {
        name: pd.DataFrame({symbol: table[name] for symbol, table in kept.items()}).sort_index()
        for name in ("close", *fields)
    }
    validate_closes(prices["close"])  # no symbol misses a session: so no other field does
    late = (first - pd.Timestamp(start)).days > 7
    note = f"The window begins on {first.date()}, when {youngest} does." if late else ""
    return prices, note


def _complete(table: pd.DataFrame, name: str) -> bool:
    """Whether a field can be used: known everywhere, and positive where a logarithm is taken."""
    return name in table and bool((table[name] >= 0 if name == "volume" else table[name] > 0).all())


def _table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, encoding="utf-8-sig")
    except (pa.ArrowException, pd.errors.ParserError, UnicodeDecodeError, OSError) as error:
        kind = "parquet" if path.suffix == ".parquet" else "CSV (UTF-8)"
        raise DataError(f"{path.name} is not a readable {kind} file: {error}. Write it again.") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path.name} is empty. Write it again, or take the symbol out.") from None


def _dates(column: pd.Series, name: str) -> pd.Series:
    dates = pd.to_datetime(column, format=None if column.dtype.kind == "M" else "ISO8601", errors="coerce")
    strange = column[dates.isna() & column.notna()]
    if len(strange):
        raise DataError(f"{name}: {str(strange.iloc[0])!r} is not a valid date. Write dates as 2022-12-16.")
    if getattr(dates.dtype, "tz", None) is not None:
        raise DataError(f"{name}: its dates carry a time zone. Write them as New York dates, 2022-12-16.")
    if dates.isna().any():
        row = int(dates.isna().to_numpy().argmax()) + 1
        raise DataError(f"{name}: row {row} has no date. Remove the row.")
    if (dates != dates.dt.normalize()).any():
        raise DataError(f"{name}: its dates carry a time of day. One row a session: 2022-12-16.")
    future = dates > pd.Timestamp.now("America/New_York").tz_localize(None)
    if future.any():
        raise DataError(
            f"{name}: {dates[future].iloc[0].date()} lies in the future of this machine. "
            "Remove the row, or set the clock."
        )
    return dates


def _numbers(column: pd.Series, dates: pd.Series, name: str) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() & column.notna()
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise DataError(
            f"{name}: {column.name} on {dates.iloc[row].date()} is {str(column.iloc[row])!r}, no number. "
            "Write decimal points and no thousands separators: 1234.5."
        )
    return numbers.to_numpy(dtype="float64")


def _check_order(index: pd.Index, name: str) -> None:
    if index.has_duplicates:
        day = index[index.duplicated()][0].date()
        raise DataError(f"{name}: {day} appears twice. Remove one of the rows.")
    if not index.is_monotonic_increasing:
        day = index[1:][index[1:] < index[:-1]][0].date()
        raise DataError(f"{name}: {day} comes after a later date. Sort the rows by date.")


FETCHED_AT = b"fetched_at"  # in a downloaded file's parquet metadata: when, UTC, ISO text
