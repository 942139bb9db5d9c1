import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market.news.sentiment import read_sentiment, sentiment_file, sentiment_signal
from tests.support.synthetic import write_scores


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def signal(data, decisions, symbols=("A", "B")):
    return sentiment_signal(read_sentiment(sentiment_file(data)), symbols, decisions)


def test_a_score_counts_from_the_next_sessions_close(tmp_path):
    # Friday 2019-03-08; a Thursday's score is known at Friday's close, a Friday's or weekend's on Monday.
    write_scores(tmp_path, [("2019-03-07", "A", 0.5, 3), ("2019-03-08", "B", -0.5, 1)])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-08")), [[0.5, np.nan]])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-11")), [[0.5, -0.5]])


def test_the_last_known_score_counts_for_five_sessions(tmp_path):
    write_scores(tmp_path, [("2019-03-05", "A", 0.1, 2), ("2019-03-07", "A", 0.2, 2)])
    decisions = days("2019-03-07", "2019-03-08", "2019-03-15", "2019-03-18")
    np.testing.assert_array_equal(signal(tmp_path, decisions, ("A",))[:, 0], [0.1, 0.2, 0.2, np.nan])


def test_looked_and_found_none_is_neutral_but_no_row_is_unknown(tmp_path):
    write_scores(tmp_path, [("2019-03-06", "A", np.nan, 0)])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-08")), [[0.0, np.nan]])


@pytest.mark.parametrize("kind", ["text", "date32", "timestamp"])
def test_every_documented_type_of_date_is_read(tmp_path, kind):
    write_scores(tmp_path, [("2019-03-06", "A", 0.25, 1)])
    path = sentiment_file(tmp_path)
    frame = pd.read_parquet(path)
    stamps = pd.to_datetime(frame["date"])
    frame["date"] = {"text": frame["date"], "date32": stamps.dt.date, "timestamp": stamps}[kind]
    frame.to_parquet(path, index=False)
    assert signal(tmp_path, days("2019-03-08"))[0, 0] == 0.25


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("2019-03-06", "A", 1.5, 1)], "A on 2019-03-06 has a score outside -1 to 1"),
        ([("2019-03-06", "A", np.nan, 2)], "A on 2019-03-06 has a score outside -1 to 1"),
        ([("2019-03-06", "A", 0.5, -1)], "no article_count of zero or more"),
        ([("2019-03-06", "A", 0.5, 1), ("2019-03-06", "A", 0.1, 1)], "A on 2019-03-06 appears twice"),
        ([("last week", "A", 0.5, 1)], "a date cannot be read"),
        ([("2019-03-06T10:00+01:00", "A", 0.5, 1)], "carry a time zone"),
    ],
)
def test_scores_that_cannot_be_trusted_name_symbol_and_date(tmp_path, rows, message):
    write_scores(tmp_path, rows)
    with pytest.raises(DataError, match=message):
        signal(tmp_path, days("2019-03-08"))


def test_a_missing_column_and_a_broken_file_are_named(tmp_path):
    write_scores(tmp_path, [("2019-03-06", "A", 0.5, 1)])
    path = sentiment_file(tmp_path)
    pd.read_parquet(path).drop(columns="article_count").to_parquet(path)
    with pytest.raises(DataError, match="has no column article_count"):
        read_sentiment(path)
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match="no readable parquet"):
        read_sentiment(path)
