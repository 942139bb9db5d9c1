"""Files of scores as people write them: understood for certain, or refused with row, reason and remedy."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sac.errors import DataError
from sac.market.news.sentiment import outside_universe, read_sentiment, sentiment_signal

DAY = dt.date(2021, 1, 12)
FRIDAY = np.array(["2021-01-15"], dtype="datetime64[D]")


def written(folder, dates, symbols=("A", "A"), scores=(0.1, 0.5), articles=(1, 1)):
    """A news file of two rows; its path."""
    path = folder / "daily_sentiment.parquet"
    columns = {"date": dates, "symbol": symbols, "sentiment_score": scores, "article_count": articles}
    pq.write_table(
        pa.table({name: one if isinstance(one, pa.Array) else list(one) for name, one in columns.items()}),
        path,
    )
    return path


MIDNIGHT = dt.datetime(2021, 1, 12)
READ = {
    "text": ["2021-01-11", "2021-01-12"],
    "text of a timestamp": ["2021-01-11 00:00:00", "2021-01-12T00:00:00.000"],
    "date32": pa.array([dt.date(2021, 1, 11), DAY]),
    "date64": pa.array([dt.date(2021, 1, 11), DAY], pa.date64()),
    "timestamp of seconds": pa.array([dt.datetime(2021, 1, 11), MIDNIGHT], pa.timestamp("s")),
    "timestamp of nanoseconds": pa.array([dt.datetime(2021, 1, 11), MIDNIGHT], pa.timestamp("ns")),
    "categories": pa.array(["2021-01-11", "2021-01-12"]).dictionary_encode(),
    "large text": pa.array(["2021-01-11", "2021-01-12"], pa.large_string()),
}


@pytest.mark.parametrize("dates", READ.values(), ids=READ)
def test_days_that_are_certain_are_read(tmp_path, dates):
    scored = read_sentiment(written(tmp_path, dates))
    assert scored["date"].dt.date.tolist() == [dt.date(2021, 1, 11), DAY]


REFUSED = {
    "day or month first": (["2021-01-11", "01/12/2021"], "'01/12/2021', row 2"),
    "day first with points": (["2021-01-11", "12.01.2021"], "'12.01.2021', row 2"),
    "month in words": (["2021-01-11", "12 Jan 2021"], "'12 Jan 2021', row 2"),
    "no dashes": (["2021-01-11", "20210112"], "'20210112', row 2"),
    "a week": (["2021-W02-2", "2021-01-12"], "'2021-W02-2', row 1"),
    "no such day": (["2021-01-11", "2021-02-30"], "'2021-02-30', row 2"),
    "short": (["2021-1-11", "2021-01-12"], "'2021-1-11', row 1"),
    "a month": (["2021-01", "2021-01-12"], "'2021-01', row 1"),
    "blank": (["", "2021-01-12"], "'', row 1"),
    "a time of day": (["2021-01-11", "2021-01-12 15:30:00"], "'2021-01-12 15:30:00', row 2"),
    "integers": ([20210111, 20210112], r"\(20210111, row 1\): the column is int64"),
    "seconds": ([1610323200, 1610409600], r"\(1610323200, row 1\): the column is int64"),
    "numbers": ([44207.0, 44208.0], r"row 1\): the column is double"),
    "timestamps with a time": (
        pa.array([MIDNIGHT, MIDNIGHT + dt.timedelta(hours=15)], pa.timestamp("us")),
        r"carry a time of day \(2021-01-12T15:00:00.000000, row 2\)",
    ),
    "a zone": (pa.array([MIDNIGHT, MIDNIGHT], pa.timestamp("us", tz="UTC")), "carry a time zone"),
    "text with a zone": (
        ["2021-01-11", "2021-01-12T00:00:00Z"],
        r"carry a time zone \('2021-01-12T00:00:00Z', row 2\)",
    ),
}


@pytest.mark.parametrize(("dates", "said"), REFUSED.values(), ids=REFUSED)
def test_a_date_that_could_mean_two_days_is_refused_with_its_row_and_the_remedy(tmp_path, dates, said):
    with pytest.raises(DataError, match=said) as refusal:
        read_sentiment(written(tmp_path, dates))
    assert str(refusal.value).startswith("daily_sentiment.parquet: ")
    assert "Write" in str(refusal.value)
    assert "2022-12-16" in str(refusal.value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"symbols": ["A", None]}, r"on 2021-01-12 has no symbol \(row 2\)"),
        ({"symbols": ["A", " "]}, r"on 2021-01-12 has no symbol \(row 2\)"),
        ({"articles": [1, -1]}, r"A on 2021-01-12 has no article_count of zero or more \(row 2\)"),
        ({"articles": [1, 1.5]}, r"A on 2021-01-12 has no article_count of zero or more \(row 2\)"),
        ({"articles": [1.0, 1e300]}, r"no article_count of zero or more \(row 2\)"),
        ({"articles": [1.0, float("inf")]}, r"no article_count of zero or more \(row 2\)"),
        ({"articles": ["1", "some"]}, r"no article_count of zero or more \(row 2\)"),
        ({"scores": ["0.1", "0,5"]}, r"A on 2021-01-12 has a score outside -1 to 1 \(row 2\)"),
        ({"scores": [0.1, float("-inf")]}, r"A on 2021-01-12 has a score outside -1 to 1 \(row 2\)"),
        ({"dates": ["2021-01-12", "2021-01-12"]}, r"A on 2021-01-12 appears twice \(row 2\)"),
        (
            {"dates": ["2021-01-12", "2021-01-12"], "symbols": ["BRK.B", "brk b"]},
            r"BRK-B on 2021-01-12 appears twice \(row 2\)",
        ),
    ],
)
def test_a_row_that_cannot_be_trusted_is_refused_by_its_number_in_the_file(tmp_path, columns, said):
    with pytest.raises(DataError, match=said) as refusal:
        read_sentiment(written(tmp_path, **{"dates": ["2021-01-11", "2021-01-12"], **columns}))
    assert "Correct the row, or delete the file and refresh the news." in str(refusal.value)


def test_a_column_that_stands_twice_is_refused(tmp_path):
    path = written(tmp_path, ["2021-01-11", "2021-01-12"])
    table = pq.read_table(path)
    pq.write_table(table.append_column("date", table["date"]), path)
    with pytest.raises(DataError, match="has two columns date"):
        read_sentiment(path)


def test_days_that_are_an_index_of_pandas_are_read(tmp_path):
    path = written(tmp_path, ["2021-01-11", "2021-01-12"])
    pd.read_parquet(path).set_index("date").to_parquet(path)
    assert len(read_sentiment(path)) == 2


@pytest.mark.parametrize(
    ("written_as", "universe"),
    [
        ("aapl", "AAPL"),
        ("$AAPL", "AAPL"),
        (" AAPL ", "AAPL"),
        ("$ aapl", "AAPL"),
        *((each, "BRK-B") for each in ("BRK.B", "BRK/B", "BRK B", "BRK-B", "brk.b", "$BRK.B ")),
        ("BRK-B", "BRK.B"),
    ],
)
def test_a_symbol_is_matched_without_case_dollars_and_spaces_and_by_share_class(
    tmp_path, written_as, universe
):
    path = written(tmp_path, ["2021-01-11", "2021-01-12"], [written_as, "ELSE"])
    scored = read_sentiment(path)
    np.testing.assert_array_equal(sentiment_signal(scored, ("X", universe), FRIDAY), [[np.nan, 0.1]])
    assert outside_universe(scored, ("X", universe)) == {"ELSE": 1}


def test_what_matches_nothing_is_counted_by_name_the_most_first(tmp_path):
    path = tmp_path / "daily_sentiment.parquet"
    names = ["FB", "twtr", "$TWTR", "A", "A.O", "BRK A"]
    pd.DataFrame(
        {
            "date": [f"2021-01-{11 + day}" for day in range(6)],
            "symbol": names,
            "sentiment_score": 0.0,
            "article_count": 1,
        }
    ).to_parquet(path)
    found = outside_universe(read_sentiment(path), ("A", "BRK-B"))
    assert list(found.items()) == [("TWTR", 2), ("A-O", 1), ("BRK-A", 1), ("FB", 1)]


@pytest.mark.parametrize(
    "symbols", [pa.array(["a", "A"]).dictionary_encode(), pa.array(["a", "A"], pa.large_string())]
)
def test_symbols_of_every_kind_of_text_are_read(tmp_path, symbols):
    assert read_sentiment(written(tmp_path, ["2021-01-11", "2021-01-12"], symbols))["symbol"].tolist() == [
        "A",
        "A",
    ]


def test_days_of_another_age_change_nothing(tmp_path):
    path = written(tmp_path, ["0001-01-01", "9999-12-31"])
    assert np.isnan(sentiment_signal(read_sentiment(path), ("A",), FRIDAY)).all()
