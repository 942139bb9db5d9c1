"""One file of daily prices: understood for certain, or refused with line or day, reason and remedy."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from sac.errors import DataError
from sac.market.calendar import NEW_YORK, exchange_sessions, last_ended_session
from sac.parquet import Limits, UnreadableTable, read_table

__all__ = [
    "FETCHED_AT",
    "LARGEST",
    "OPTIONAL_FIELDS",
    "PriceFile",
    "cells_of",
    "column_of",
    "price_file",
    "read_price_file",
    "running_note",
]

OPTIONAL_FIELDS = ("open", "high", "low", "volume")
FETCHED_AT = b"fetched_at"  # in a downloaded file's parquet metadata: when, UTC, ISO text
LARGEST = Limits(rows=100_000)  # sessions of one symbol: four centuries
_ADJUSTED = "adjusted close"
_MEANINGS = {  # a column's name in lower case, words separated by one space -> what it is
    **{name: name for name in ("date", "close", *OPTIONAL_FIELDS)},
    **dict.fromkeys(("adj close", "adjclose", "adjusted close"), _ADJUSTED),
    **dict.fromkeys(("symbol", "ticker"), "symbol"),
}
_DAY = re.compile(
    r"\s*(?P<day>\d{4}([-/]?)\d{2}\2\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?\s*",
    re.ASCII,
)
_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_ABSENT = r"(?i)^(nan|na|n/a|#n/a|null|none)?$"
_EARLIEST = pd.Timestamp("1900-01-01")  # no exchange calendar goes back further
_MIDNIGHT = re.compile(r"00:00(:00(\.0+)?)?")


@dataclass(frozen=True, eq=False)
class PriceFile:
    """One symbol's prices, and who wrote them."""

    symbol: str
    table: pd.DataFrame  # by session, ascending: `close` and the optional fields that the file has
    written_by: Literal["yahoo", "files", "sample"]
    fetched_at: str | None  # ISO, of what was downloaded
    notes: tuple[str, ...]  # what a reader must know


def read_price_file(path: Path, now: pd.Timestamp | None = None) -> PriceFile:
    """One symbol's prices. Raises DataError naming the symbol, the date and the remedy.

    `now`: today's row is left out until its session is over.
    """
    if path.suffix == ".csv":
        try:
            return price_file(path.name, cells_of(path.name, path.read_bytes()), now=now)
        except OSError as error:
            raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None
    try:
        arrow = read_table(path, lambda schema: None, LARGEST)
        cells = arrow.to_pandas(ignore_metadata=True)  # or an index of dates would be no column
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None
    except (UnreadableTable, pa.ArrowException, ValueError) as error:
        raise DataError(f"{path.name} {str(error).splitlines()[0]}. Write it again.") from None
    fetched = (arrow.schema.metadata or {}).get(FETCHED_AT)
    try:
        return price_file(path.name, cells, fetched.decode() if fetched else None, now)
    except UnicodeDecodeError:
        raise DataError(f"{path.name} holds bytes that are not text. Write it again.") from None


def price_file(
    name: str, cells: pd.DataFrame, fetched_at: str | None = None, now: pd.Timestamp | None = None
) -> PriceFile:
    """The prices in a table's cells, text or values, of the file of that name. Raises DataError."""
    symbol = name.rpartition(".")[0]
    columns = _columns(name, cells)
    missing = [need for need in ("date", "close") if need not in columns]
    if missing == ["close"] and _ADJUSTED in columns:
        missing = []
    if missing:
        raise DataError(f"{name} has no column {missing[0]}: it needs date and close.")
    if cells.empty:
        raise DataError(f"{name} is empty: {symbol} has no prices. Refresh it or take the symbol out.")
    moment = (now or pd.Timestamp.now(NEW_YORK)).tz_convert(NEW_YORK)
    days = _dates(cells.iloc[:, columns["date"]], name, moment.tz_localize(None))
    fields = {
        field: _numbers(cells.iloc[:, place], field, days, name)
        for field, place in columns.items()
        if field in ("close", _ADJUSTED, *OPTIONAL_FIELDS)
    }
    notes = _adjust(fields)
    order = [field for field in ("close", *OPTIONAL_FIELDS) if field in fields]
    table = pd.DataFrame({field: fields[field] for field in order}, index=pd.DatetimeIndex(days, name="date"))
    if table["close"].isna().all():
        raise DataError(f"{name} has no close at all. Refresh {symbol} or take it out of the universe.")
    _check_order(table.index, name)
    table, running = _ended(table, name, moment)
    written_by: Literal["yahoo", "files"] = "yahoo" if fetched_at else "files"
    return PriceFile(symbol, table, written_by, fetched_at, (*notes, *running))


def cells_of(name: str, content: bytes) -> pd.DataFrame:
    """The cells of a CSV file as text; its columns keep their names. Raises DataError."""
    try:
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        text = re.sub("\r\n?", "\n", content.decode(encoding)).strip("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not a readable CSV (UTF-8) file: {error}. Write it again.") from None
    if not text.strip():
        raise DataError(f"{name} is empty. Write it again, or take the symbol out.")
    header = _header(name, text)
    _refuse_unlike(name, text, len(header))
    options = pa.csv.ConvertOptions(column_types={column: pa.string() for column in header})
    try:
        table = pa.csv.read_csv(pa.BufferReader(text.encode() + b"\n"), convert_options=options)
    except (pa.ArrowException, UnicodeEncodeError) as error:
        raise DataError(f"{name} is not a readable CSV (UTF-8) file: {error}. Write it again.") from None
    return table.to_pandas(ignore_metadata=True)  # type: ignore[no-any-return]


def column_of(name: str, cells: pd.DataFrame, meaning: str) -> int | None:
    """Which column has a meaning; None where none has. Raises DataError where two have one meaning."""
    return _columns(name, cells).get(meaning)


def _header(name: str, text: str) -> list[str]:
    """Names of the columns."""
    try:
        header = next(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise DataError(f"{name}, line 1: {error}. Write it again.") from None
    if len(header) == 1 and (mark := next((mark for mark in ";\t" if mark in header[0]), None)):
        raise DataError(
            f"{name} separates its columns with {mark!r}. Save it with commas and decimal points: "
            "date,close / 2022-12-16,134.51."
        )
    if header[0].strip().lower() == "price" and re.match(r"[^\n]*\n+Ticker,", text):
        raise DataError(
            f"{name} has the three header lines of yfinance.download. Save one symbol a file with one header "
            "line: yfinance.Ticker('AAPL').history(...).to_csv('AAPL.csv')."
        )
    return header


def _refuse_unlike(name: str, text: str, width: int) -> None:
    """Refuse rows with more or fewer cells than the header."""
    if '"' not in text and _alike(text.encode(), width):
        return
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in rows:
            if row and len(row) != width:
                raise DataError(
                    f"{name}, line {rows.line_num}: {len(row)} cells where the header has {width}. "
                    "Write one cell a column, and numbers without thousands separators."
                )
    except csv.Error as error:
        raise DataError(f"{name}, line {rows.line_num}: {error}. Write it again.") from None


def _alike(lines: bytes, width: int) -> bool:
    """Whether every line but empty ones has so many cells, none of them quoted."""
    marks = np.frombuffer(lines, dtype=np.uint8)
    breaks, commas = np.flatnonzero(marks == ord("\n")), np.flatnonzero(marks == ord(","))
    starts, stops = np.append(0, breaks + 1), np.append(breaks, len(marks))
    cells = np.searchsorted(commas, stops) - np.searchsorted(commas, starts) + 1
    return bool(((cells == width) | (starts == stops)).all())


def _columns(name: str, cells: pd.DataFrame) -> dict[str, int]:
    """Meaning -> position of the columns that are known."""
    places: dict[str, int] = {}
    for place, title in enumerate(cells.columns):
        meaning = _MEANINGS.get(re.sub(r"[\s_.]+", " ", str(title)).strip().lower())
        if meaning in places:
            one, other = cells.columns[places[meaning]], title
            raise DataError(f"{name} has two columns for {meaning}, {one!r} and {other!r}: remove one.")
        if meaning:
            places[meaning] = place
    return places


def _dates(column: pd.Series, name: str, today: pd.Timestamp) -> pd.DatetimeIndex:
    """New York days. A time is refused, but for midnight in New York."""
    absent = column.isna() | (column.astype(str).str.strip() == "")
    if absent.any():
        raise DataError(f"{name}: row {int(absent.to_numpy().argmax()) + 1} has no date. Remove the row.")
    if column.dtype.kind == "M":
        days = _midnights(pd.DatetimeIndex(column), name)
    else:
        days = _days_of_text(column.astype(str), name)
    if (days > today).any():
        raise DataError(
            f"{name}: {days[days > today][0].date()} lies in the future of this machine. "
            "Remove the row, or set the clock."
        )
    if (days < _EARLIEST).any():
        raise DataError(f"{name}: {days[days < _EARLIEST][0].date()} lies before 1900. Correct the row.")
    return days.as_unit("ns")


def _days_of_text(texts: pd.Series, name: str) -> pd.DatetimeIndex:
    """Days of ISO texts, each with an offset of its own or none."""
    days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    rest = texts[days.isna()]
    if rest.empty:
        return pd.DatetimeIndex(days)
    matches = rest.map(_DAY.fullmatch)
    if matches.isna().any():
        raise _no_date(name, rest[matches.isna()].iloc[0])
    zoned = np.array([bool(match["zone"]) for match in matches], dtype=bool)
    for match in matches[~zoned]:
        if match["time"] and not _MIDNIGHT.fullmatch(match["time"]):
            raise _timed(name, match[0].strip())
    plain = matches.map(lambda match: re.sub("[-/]", "", match["day"]))
    found = pd.to_datetime(plain, format="%Y%m%d", errors="coerce")
    if found.isna().any():
        raise _no_date(name, rest[found.isna()].iloc[0])
    if zoned.any():
        moments = rest[zoned].str.strip().str.replace("/", "-")
        exact = pd.to_datetime(moments, format="ISO8601", utc=True, errors="coerce")
        if exact.isna().any():
            raise _no_date(name, moments[exact.isna()].iloc[0])
        found[zoned] = _midnights(pd.DatetimeIndex(exact), name, moments.tolist())
    days[days.isna()] = found
    return pd.DatetimeIndex(days)


def _midnights(moments: pd.DatetimeIndex, name: str, texts: Sequence[str] | None = None) -> pd.DatetimeIndex:
    """Days whose midnight in New York the moments are; without a zone they are in New York already."""
    local = moments if moments.tz is None else moments.tz_convert(NEW_YORK).tz_localize(None)
    late = local != local.normalize()
    if late.any():
        row = int(late.argmax())
        raise _timed(name, str(moments[row]) if texts is None else texts[row])
    return local


def _timed(name: str, text: str) -> DataError:
    return DataError(
        f"{name}: {text[:40]} carries a time of day, or a time zone in which it is not midnight in New York. "
        "Write one row a session: 2022-12-16."
    )


def _no_date(name: str, text: str) -> DataError:
    return DataError(f"{name}: {text[:40]!r} is not a valid date. Write dates as 2022-12-16.")


def _numbers(column: pd.Series, field: str, days: pd.DatetimeIndex, name: str) -> np.ndarray:
    if column.dtype.kind in "iuf":
        return column.to_numpy(dtype="float64", na_value=np.nan)
    texts = pc.utf8_trim_whitespace(pa.array(column.astype("string"), pa.string()))
    texts = pc.if_else(pc.match_substring_regex(texts, _ABSENT), None, texts)
    wrong = pc.fill_null(pc.invert(pc.match_substring_regex(texts, _NUMBER)), False)
    if pc.any(wrong).as_py():
        row = pc.index(wrong, True).as_py()
        raise DataError(
            f"{name}: {field} on {days[row].date()} is {texts[row].as_py()[:40]!r}, no number. "
            "Write decimal points and no thousands separators: 1234.5."
        )
    return pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _adjust(fields: dict[str, np.ndarray]) -> Sequence[str]:
    """Let adjusted closes stand for closes, and move open, high and low with them as Yahoo does.

    The result is what was done, to be said after the symbol.
    """
    adjusted = fields.pop(_ADJUSTED, None)
    if adjusted is None:
        return ()
    close = fields.get("close")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = None if close is None else adjusted / close
    for field in ("open", "high", "low"):
        if field in fields and ratio is not None:
            fields[field] = fields[field] * ratio
        else:
            fields.pop(field, None)  # nobody knows how they are adjusted
    fields["close"] = adjusted
    return ("closes are those of the column Adj Close.",)


def _check_order(index: pd.Index, name: str) -> None:
    if index.has_duplicates:
        day = index[index.duplicated()][0].date()
        raise DataError(f"{name}: {day} appears twice. Remove one of the rows.")
    if not index.is_monotonic_increasing:
        day = index[1:][index[1:] < index[:-1]][0].date()
        raise DataError(f"{name}: {day} comes after a later date. Sort the rows by date.")


def _ended(table: pd.DataFrame, name: str, now: pd.Timestamp) -> tuple[pd.DataFrame, Sequence[str]]:
    """The table without a row of today while its session runs, and what was left out."""
    today = np.datetime64(now.date())
    runs = len(exchange_sessions(today, today)) > 0 and last_ended_session(now) < today
    if not runs or table.index[-1] != pd.Timestamp(today):
        return table, ()
    if len(table) == 1:
        raise DataError(f"{name} holds only today, {today}, whose session is not over yet.")
    return table.iloc[:-1], (running_note(str(today)),)


def running_note(day: str) -> str:
    """What is said of prices that hold a row of a session which is not over, by this machine's clock."""
    return f"the row of {day} counts once that session is over."
