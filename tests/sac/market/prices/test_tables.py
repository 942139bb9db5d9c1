"""One price file as people have it: understood for certain, or refused with line, reason and remedy."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sac.errors import DataError
from sac.market.prices.tables import cells_of, price_file, read_price_file

TUESDAY = [("2024-01-02", 185.5)]
TWO = [("2024-01-02", 185.5), ("2024-01-03", 184.25)]
PLAIN = "date,close\n2024-01-02,185.5\n2024-01-03,184.25\n"


def read(content, name="AAPL.csv", now=None):
    content = content.encode() if isinstance(content, str) else content
    return price_file(name, cells_of(name, content), now=now)


def rows(file):
    return [(str(day.date()), close) for day, close in file.table["close"].items()]


READ = {
    "plain": (PLAIN, TWO),
    "yfinance in winter": ("Date,Close\n2024-01-02 00:00:00-05:00,185.5\n", TUESDAY),
    "mixed offsets over summer time": (
        "Date,Close\n2024-01-02 00:00:00-05:00,185.5\n2024-07-01 00:00:00-04:00,216.75\n",
        [*TUESDAY, ("2024-07-01", 216.75)],
    ),
    "one last row with an offset": ("Date,Close\n2024-01-02,185.5\n2024-01-03 00:00:00-05:00,184.25\n", TWO),
    "one first row with an offset": ("Date,Close\n2024-01-02T00:00-0500,185.5\n2024-01-03,184.25\n", TWO),
    "midnight in New York, told in UTC": ("date,close\n2024-01-02T05:00:00Z,185.5\n", TUESDAY),
    "midnight without an offset": ("date,close\n2024-01-02 00:00:00.000,185.5\n", TUESDAY),
    "other marks": ("date,close\n20240102,185.5\n2024/01/03,184.25\n", TWO),
    "blanks and blank lines": ("date , close\n\n 2024-01-02 , 185.5 \n\n2024-01-03,184.25\n\n", TWO),
    "BOM": (b"\xef\xbb\xbf" + PLAIN.encode(), TWO),
    "UTF-16": (PLAIN.encode("utf-16"), TWO),
    "CRLF": (PLAIN.replace("\n", "\r\n"), TWO),
    "CR": (PLAIN.replace("\n", "\r"), TWO),
    "quotes": ('"date","close"\n"2024-01-02","185.5"\n', TUESDAY),
    "no last line end": ("date,close\n2024-01-02,185.5", TUESDAY),
    "exponents and signs": ("date,close\n2024-01-02,+1.855e2\n", TUESDAY),
    "adjusted beside close": ("Date,Close,Adj Close\n2024-01-02,371,185.5\n", TUESDAY),
    "adjusted alone": ("date,adjusted_close\n2024-01-02,185.5\n", TUESDAY),
    "adjusted first": ("date,adjClose,close\n2024-01-02,185.5,371\n", TUESDAY),
    "columns that nobody reads": ("date,close,Dividends,Dividends\n2024-01-02,185.5,0,x\n", TUESDAY),
}
MIDNIGHT = "a time zone in which it is not midnight in New York"
REFUSED = {
    "two columns of one name": (
        "Date,Close,close\n2024-01-02,1,2\n",
        "two columns for close, 'Close' and 'close'",
    ),
    "the very same name": ("date,close,close\n2024-01-02,1,2\n", "two columns for close"),
    "two dates": ("Date,date,close\n2024-01-02,2024-01-03,2\n", "two columns for date"),
    "two adjusted": ("date,Adj Close,adj_close\n2024-01-02,1,2\n", "two columns for adjusted close"),
    "surplus cells": (
        "date,close\n2024-01-02,1,855\n2024-01-03,184\n",
        "line 2: 3 cells where the header has 2",
    ),
    "surplus everywhere": ("date,close\n2024-01-02,1,855\n2024-01-03,1,84\n", "line 2: 3 cells where"),
    "a cell too few": (
        "date,close,open\n2024-01-02,1,1\n2024-01-03,184\n",
        "line 3: 2 cells where the header has 3",
    ),
    "an open quote": ('date,close\n2024-01-02,"185.5\n2024-01-03,184.25\n', "line 3: "),
    "UTC midnight": ("date,close\n2024-01-02T00:00:00Z,185.5\n", MIDNIGHT),
    "naive mixed with Z": ("date,close\n2024-01-02,185.5\n2024-01-03T00:00:00Z,1\n", MIDNIGHT),
    "an offset of another place": ("date,close\n2024-01-02 00:00:00+01:00,185.5\n", MIDNIGHT),
    "the wrong offset of the season": ("date,close\n2024-07-01 00:00:00-05:00,185.5\n", MIDNIGHT),
    "a running bar of yfinance": ("date,close\n2024-01-02 10:30:00-05:00,185.5\n", MIDNIGHT),
    "a time": ("date,close\n2024-01-02 16:00,185.5\n", MIDNIGHT),
    "European days": ("date,close\n02.01.2024,185.5\n", "'02.01.2024' is not a valid date"),
    "American days": ("date,close\n01/02/2024,185.5\n", "'01/02/2024' is not a valid date"),
    "a month": ("date,close\n2024-01,185.5\n", "'2024-01' is not a valid date"),
    "no such day": ("date,close\n2024-02-30,185.5\n", "'2024-02-30' is not a valid date"),
    "no such day with an offset": ("date,close\n2024-02-30 00:00:00-05:00,1\n", "not a valid date"),
    "long ago": ("date,close\n0001-01-01,185.5\n", "0001-01-01 lies before 1900"),
    "seconds": ("date,close\n1704153600,185.5\n", "'1704153600' is not a valid date"),
    "thousands": ('date,close\n2024-01-02,"1,855.0"\n', "close on 2024-01-02 is '1,855.0', no number"),
    "decimal comma": ('date,close\n2024-01-02,"185,5"\n', "is '185,5', no number"),
    "infinity": ("date,close\n2024-01-02,inf\n", "is 'inf', no number"),
    "dollars": ("date,close\n2024-01-02,$185.5\n", "no number"),
    "semicolons": ("date;close\n2024-01-02;185,5\n", "separates its columns with ';'"),
    "tabs": ("date\tclose\n2024-01-02\t185.5\n", "separates its columns with"),
    "Latin-1": ("date,close,Börse\n2024-01-02,1,x\n".encode("latin-1"), "not a readable CSV (UTF-8) file"),
    "three header lines": (
        "Price,Close,Open\nTicker,AAPL,AAPL\nDate,,\n2024-01-02,185.5,187\n",
        "three header lines of yfinance.download",
    ),
    "twice by two offsets": (
        "date,close\n2024-01-02,1\n2024-01-02 00:00:00-05:00,2\n",
        "2024-01-02 appears twice",
    ),
}


@pytest.mark.parametrize("trap", READ)
def test_what_is_certain_is_understood(trap):
    content, expected = READ[trap]
    assert rows(read(content)) == expected


@pytest.mark.parametrize("trap", REFUSED)
def test_what_is_not_is_refused_in_one_line(trap):
    content, message = REFUSED[trap]
    with pytest.raises(DataError) as refusal:
        read(content)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("AAPL.csv")
    assert "\n" not in str(refusal.value)


def test_adjusted_closes_move_open_high_and_low_and_are_told():
    header = "Date,Open,High,Low,Close,Adj Close,Volume\n"
    file = read(header + "2024-01-02,300,400,200,371,185.5,1000\n")
    assert file.table.iloc[0].tolist() == [185.5, 150.0, 200.0, 100.0, 1000.0]
    assert file.notes == ("closes are those of the column Adj Close.",)
    assert read(PLAIN).notes == ()
    alone = read("date,adj close,open\n2024-01-02,185.5,300\n")
    assert list(alone.table) == ["close"], "nobody knows how that open is adjusted"


@pytest.mark.parametrize("kept", ["index", "column"])
def test_parquet_of_yfinance_is_read(tmp_path, kept):
    days = pd.DatetimeIndex(["2024-01-02", "2024-07-01"], tz="America/New_York", name="Date")
    frame = pd.DataFrame({"Close": [185.5, 216.75], "Volume": [1, 2]}, index=days)
    path = tmp_path / "AAPL.parquet"
    (frame if kept == "index" else frame.reset_index()).to_parquet(path)
    file = read_price_file(path)
    assert rows(file) == [("2024-01-02", 185.5), ("2024-07-01", 216.75)]
    assert (file.written_by, file.fetched_at) == ("files", None)
    frame.set_axis(days.tz_convert("UTC") + pd.Timedelta(hours=1)).rename_axis("Date").to_parquet(path)
    with pytest.raises(DataError, match=MIDNIGHT):
        read_price_file(path)


COLUMNS = {
    "bytes": (["2024-01-02"], [b"\xff"]),
    "lists": (["2024-01-02"], [[1.0]]),
    "booleans": (["2024-01-02"], [True]),
    "moments": (["2024-01-02"], [dt.datetime(2024, 1, 2)]),
    "days as numbers": ([1.5], [1.0]),
    "days as bytes": ([b"\xff"], [1.0]),
    "a day of long ago": ([dt.datetime(1500, 1, 1)], [1.0]),
}


@pytest.mark.parametrize("columns", COLUMNS)
def test_columns_of_another_type_are_refused(tmp_path, columns):
    days, closes = COLUMNS[columns]
    pq.write_table(pa.table({"date": days, "close": closes}), tmp_path / "AAPL.parquet")
    with pytest.raises(DataError, match=r"^AAPL\.parquet"):
        read_price_file(tmp_path / "AAPL.parquet")


NEW_YORK = "America/New_York"
YEAR_END = "date,close\n2024-11-27,234\n2024-11-29,237\n"  # the second is a half-day, to 13:00


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2024-11-29 10:30", "2024-11-27"),
        ("2024-11-29 12:59", "2024-11-27"),
        ("2024-11-29 13:00", "2024-11-29"),
        ("2024-11-29 23:00", "2024-11-29"),
    ],
)
def test_the_row_of_a_running_session_does_not_count(now, last):
    file = read(YEAR_END, now=pd.Timestamp(now, tz=NEW_YORK))
    assert rows(file)[-1][0] == last
    assert bool(file.notes) == (last == "2024-11-27")
    assert all("the row of 2024-11-29 counts once that session is over" in note for note in file.notes)


def test_the_clock_of_new_york_counts_wherever_the_machine_is():
    evening = pd.Timestamp("2024-11-27 15:59", tz=NEW_YORK).tz_convert("Asia/Tokyo")  # the 28th there
    content = YEAR_END.replace("2024-11-29,237\n", "")
    with pytest.raises(DataError, match="holds only today, 2024-11-27"):
        read(content, now=evening)
    assert rows(read(content, now=evening + pd.Timedelta(minutes=1))) == [("2024-11-27", 234.0)]
    with pytest.raises(DataError, match="2024-11-29 lies in the future"):
        read(YEAR_END, now=evening)


DAYS = st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2024, 12, 31)), min_size=1, max_size=8, unique=True)
PRICES = st.floats(0.01, 1e6, allow_nan=False)


def spelled(day, how):
    moment = pd.Timestamp(day, tz=NEW_YORK)
    return {
        "iso": f"{day}",
        "compact": f"{day:%Y%m%d}",
        "slashes": f"{day:%Y/%m/%d}",
        "midnight": f"{day} 00:00:00",
        "offset": str(moment),
        "utc": str(moment.tz_convert("UTC")),
        "zulu": moment.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
    }[how]


@given(
    DAYS,
    st.data(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_any_table_reads_back_exactly_in_every_spelling(days, data, end, encoding, quoted):
    table = [(day, data.draw(PRICES)) for day in sorted(days)]
    ways = st.sampled_from(["iso", "compact", "slashes", "midnight", "offset", "utc", "zulu"])
    mark = '"' if quoted else ""
    lines = [
        "Date,Close",
        *(f"{mark}{spelled(day, data.draw(ways))}{mark},{close!r}" for day, close in table),
    ]
    file = read(end.join(lines).encode(encoding))
    assert rows(file) == [(str(day), close) for day, close in table]


@given(st.text(alphabet='0123456789-/:. TZ+,\n"', max_size=40))
def test_no_text_as_a_file_is_a_stack_trace(text):
    try:
        file = read(f"date,close\n{text}\n", now=pd.Timestamp("2024-11-29 18:00", tz=NEW_YORK))
    except DataError:
        return
    assert np.isfinite(file.table["close"]).any()
