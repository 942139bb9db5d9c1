"""A week's news: all of it, weighted by articles, and nothing of what no decision could know."""

import numpy as np
import pandas as pd
import pytest

from sac.market import exchange_sessions, trading_weeks
from sac.market.news.sentiment import read_sentiment, sentiment_file, sentiment_signal
from tests.support.synthetic import write_scores

WEEKS = trading_weeks(np.datetime64("2019-01-01"), np.datetime64("2019-12-31")).decisions
FRIDAY, NEXT = np.datetime64("2019-03-08"), np.datetime64("2019-03-15")
WEEK = ("2019-03-11", "2019-03-12", "2019-03-13", "2019-03-14")  # Monday to Thursday before NEXT


def signal(data, rows, decisions=(FRIDAY, NEXT), symbols=("A",)):
    write_scores(data, rows)
    dates = np.array(decisions, dtype="datetime64[D]")
    return sentiment_signal(read_sentiment(sentiment_file(data)), symbols, dates)


def of_the_week(data, rows):
    return signal(data, [(day, "A", score, articles) for day, score, articles in rows])[1, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A Thursday without an article erases nothing.
        ([(day, 0.6, 2) for day in WEEK[:3]] + [(WEEK[3], np.nan, 0)], 0.6),
        ([(WEEK[0], 0.9, 1), (WEEK[1], -0.1, 3)], (0.9 - 0.3) / 4),
        ([(WEEK[0], 0.5, 1), (WEEK[3], -0.5, 1)], 0.0),
        ([(WEEK[0], 0.3, 3)], 0.3),
        # From the last decision's day on, whose evening came after its close, with the weekend.
        ([("2019-03-08", 0.2, 1), ("2019-03-09", 0.4, 1), ("2019-03-10", 0.6, 2)], (0.2 + 0.4 + 1.2) / 4),
        # Looked every day and found none, or on one day of the week; and nobody looked.
        ([(day, np.nan, 0) for day in WEEK], 0.0),
        ([(WEEK[0], np.nan, 0)], 0.0),
        ([("2019-03-07", 0.6, 2)], np.nan),
        ([("2019-03-15", 0.6, 2)], np.nan),
        ([], np.nan),
        ([(WEEK[0], 1.0, 7), (WEEK[1], 1.0, 3), (WEEK[2], 1.0, 1)], 1.0),
    ],
)
def test_a_week_is_the_article_weighted_mean_of_its_days(tmp_path, rows, expected):
    np.testing.assert_allclose(of_the_week(tmp_path, rows), expected, atol=1e-15)


def test_every_day_of_a_year_counts_at_one_decision_the_first_that_knows_it(tmp_path):
    """Also over holidays, weeks of four sessions and two days off."""
    sessions = exchange_sessions(np.datetime64("2019-01-01"), np.datetime64("2019-12-31"))
    first = np.datetime64("2018-12-31")
    for day in first + np.arange(0, 364):
        known = signal(tmp_path, [(str(day), "A", 0.5, 1)], WEEKS)[:, 0]
        following = sessions[sessions > day]
        expected = np.flatnonzero(following[0] <= WEEKS)[:1] if len(following) else []
        np.testing.assert_array_equal(np.flatnonzero(np.isfinite(known)), expected, str(day))


def test_the_first_week_is_as_long_as_if_there_were_weeks_before(tmp_path):
    days = pd.date_range("2019-01-01", "2019-06-28")
    rows = [(str(day.date()), "A", round(0.01 * (i % 90), 2), 1 + i % 4) for i, day in enumerate(days)]
    whole = signal(tmp_path, rows, WEEKS[:26])
    for begin, end in ((1, 26), (7, 26), (15, 26), (1, 16)):  # the 16th week ends on a Thursday
        np.testing.assert_array_equal(signal(tmp_path, rows, WEEKS[begin:end]), whole[begin:end])


@pytest.mark.parametrize("change", ["turned round", "taken away", "more articles", "none found"])
def test_what_was_written_from_a_decision_on_changes_no_decision_until_then(tmp_path, change):
    rng = np.random.default_rng(5)
    days = pd.date_range("2019-01-01", "2019-12-27")
    rows = [
        (str(day.date()), symbol, round(float(rng.uniform(-1, 1)), 3), int(rng.integers(0, 4)))
        for day in days
        for symbol in ("A", "B")
    ]
    whole = signal(tmp_path, rows, WEEKS, ("A", "B"))
    changed = {
        "turned round": lambda day, symbol, score, articles: [(day, symbol, -score, articles + 1)],
        "taken away": lambda *row: [],
        "more articles": lambda day, symbol, score, articles: [(day, symbol, score, articles + 50)],
        "none found": lambda day, symbol, score, articles: [(day, symbol, np.nan, 0)],
    }[change]
    for step in range(3, len(WEEKS) - 1, 7):
        other = [
            one for row in rows for one in ([row] if np.datetime64(row[0]) < WEEKS[step] else changed(*row))
        ]
        known = signal(tmp_path, other, WEEKS, ("A", "B"))
        np.testing.assert_array_equal(known[: step + 1], whole[: step + 1])
        assert not np.array_equal(known[step + 1], whole[step + 1], equal_nan=True)


def test_the_order_of_rows_changes_not_a_bit(tmp_path):
    rng = np.random.default_rng(6)
    rows = [
        (str(day.date()), "A", float(rng.uniform(-1, 1)), int(rng.integers(1, 9)))
        for day in pd.date_range("2019-01-01", "2019-03-29")
    ]
    whole = signal(tmp_path, rows, WEEKS)
    shuffled = [rows[place] for place in rng.permutation(len(rows))]
    np.testing.assert_array_equal(signal(tmp_path, shuffled, WEEKS), whole)
