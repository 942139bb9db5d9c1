import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market import exchange_sessions
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
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-11")), [[np.nan, -0.5]])
    np.testing.assert_array_equal(
        signal(tmp_path, days("2019-03-08", "2019-03-15")), [[0.5, np.nan], [np.nan, -0.5]]
    )


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
    with pytest.raises(DataError, match="not a readable parquet"):
        read_sentiment(path)


@pytest.mark.parametrize("missing", [None, pd.NaT])
def test_a_missing_date_is_refused(tmp_path, missing):
    write_scores(tmp_path, [("2019-03-06", "A", 0.5, 1), (missing, "B", 0.1, 1)])
    with pytest.raises(DataError, match=r"daily_sentiment.parquet: B on NaT has no date"):
        signal(tmp_path, days("2019-03-08"))


def test_scores_end_at_one_and_minus_one(tmp_path):
    write_scores(tmp_path, [("2019-03-06", "A", 1.0, 1), ("2019-03-06", "B", -1.0, 1)])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-08")), [[1.0, -1.0]])
    for beyond in (-1.001, 1.001):
        write_scores(tmp_path, [("2019-03-06", "A", beyond, 1)])
        with pytest.raises(DataError, match="outside -1 to 1"):
            signal(tmp_path, days("2019-03-08"))


def test_rows_are_read_in_any_order_and_come_back_by_symbol_and_day(tmp_path):
    rows = [("2019-03-07", "B", 0.4, 1), ("2019-03-07", "A", 0.2, 2), ("2019-03-05", "A", 0.1, 3)]
    write_scores(tmp_path, rows)
    scored = read_sentiment(sentiment_file(tmp_path))
    assert list(scored.columns) == ["date", "symbol", "score", "articles"]
    assert scored["symbol"].tolist() == ["A", "A", "B"]
    assert scored["score"].tolist() == [0.1, 0.2, 0.4]
    assert scored["articles"].tolist() == [3, 2, 1]
    assert scored.index.tolist() == [0, 1, 2]
    np.testing.assert_allclose(signal(tmp_path, days("2019-03-08")), [[(2 * 0.2 + 3 * 0.1) / 5, 0.4]])


def test_scores_of_no_article_are_neutral_whatever_was_written(tmp_path):
    write_scores(tmp_path, [("2019-03-06", "A", 0.7, 0), ("2019-03-06", "B", 0.7, 1)])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-08")), [[0.0, 0.7]])


def test_without_a_score_nothing_is_known_and_one_of_later_changes_nothing(tmp_path):
    write_scores(tmp_path, [])
    assert np.isnan(signal(tmp_path, days("2019-03-08", "2019-03-15"))).all()
    write_scores(tmp_path, [("2019-03-20", "A", 0.5, 1), ("2019-06-20", "B", 0.5, 1)])
    late = signal(tmp_path, days("2019-03-08", "2019-03-15", "2019-03-22"))
    np.testing.assert_array_equal(late, [[np.nan] * 2, [np.nan] * 2, [0.5, np.nan]])


def test_a_score_of_long_ago_is_too_old(tmp_path):
    write_scores(tmp_path, [("2017-03-08", "A", 0.5, 1), ("2019-03-07", "B", 0.25, 1)])
    np.testing.assert_array_equal(signal(tmp_path, days("2019-03-08")), [[np.nan, 0.25]])


def test_each_decision_of_a_year_has_the_score_of_its_own_week(tmp_path):
    decisions = np.array("2019-03-08", dtype="datetime64[D]") + 7 * np.arange(40)
    decisions = decisions[np.isin(decisions, exchange_sessions(decisions[0], decisions[-1]))]
    scores = [round(0.02 * week, 2) for week in range(len(decisions))]
    write_scores(
        tmp_path, [(str(day - 2), "A", score, 1) for day, score in zip(decisions, scores, strict=True)]
    )
    known = signal(tmp_path, decisions, ("A", "nobody"))
    np.testing.assert_array_equal(known[:, 0], scores)
    assert np.isnan(known[:, 1]).all()
    late = sentiment_signal(
        read_sentiment(sentiment_file(tmp_path)), ("nobody",), days("2019-01-04", "2019-01-11")
    )
    assert np.isnan(late).all()


def test_of_several_faults_the_first_is_named(tmp_path):
    write_scores(tmp_path, [("2019-03-06", "A", 2.0, 1), ("2019-03-07", "B", 2.0, 1)])
    with pytest.raises(DataError, match="A on 2019-03-06 has a score"):
        signal(tmp_path, days("2019-03-08"))
    path = sentiment_file(tmp_path)
    pd.read_parquet(path).drop(columns=["article_count", "symbol"]).to_parquet(path)
    with pytest.raises(
        DataError, match="has no column symbol: it needs date, symbol, sentiment_score, article"
    ):
        read_sentiment(path)
    with pytest.raises(DataError, match=r"nothing cannot be read: No such file"):
        read_sentiment(tmp_path / "nothing")
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"not a readable parquet file\. Delete it and refresh the news"):
        read_sentiment(path)
