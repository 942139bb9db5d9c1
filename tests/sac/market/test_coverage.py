import numpy as np
import pytest

from sac.market import exchange_sessions, sample_panel
from sac.market.coverage import coverage
from tests.test_point_in_time import SYMBOLS, market


def test_coverage_equals_a_count_by_hand(tmp_path):
    news = [
        ("2014-03-04", "S00", 0.1, 1),  # a Tuesday: part of that Friday's decision only
        ("2014-06-12", "S01", 0.1, 1),  # a Thursday: known on Friday
        ("2014-06-13", "S01", 0.1, 1),  # a Friday: known on Monday, so of the next week
        ("2016-05-05", "S00", 0.1, 0),  # looked, and found none
    ]
    panel = market(tmp_path, news=news)
    table = coverage(panel, "news_sentiment")
    weeks = {
        year: int((panel.decisions.astype("datetime64[Y]").astype(int) + 1970 == year).sum())
        for year in table
    }
    assert list(table.index) == list(SYMBOLS)
    assert [*map(int, table.columns)] == [2014, 2015, 2016, 2017, 2018]
    assert table.loc["S00", 2014] == pytest.approx(1 / weeks[2014])
    assert table.loc["S01", 2014] == pytest.approx(2 / weeks[2014])
    assert table.loc["S00", 2016] == pytest.approx(1 / weeks[2016])
    assert table.to_numpy().sum() == pytest.approx(3 / weeks[2014] + 1 / weeks[2016])


def test_prices_count_against_every_session_of_the_exchange():
    panel = sample_panel()
    assert (coverage(panel, "close") == 1.0).all(axis=None)
    assert not coverage(panel, "volume").to_numpy().any()
    sessions = exchange_sessions(np.datetime64("2010-01-01"), np.datetime64("2010-12-31"))
    assert (panel.sessions.astype("datetime64[Y]") == np.datetime64("2010")).sum() == len(sessions)
