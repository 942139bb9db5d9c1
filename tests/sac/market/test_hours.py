import pandas as pd
import pytest

from sac.market.calendar import has_ended


@pytest.mark.parametrize(
    ("moment", "ended"),
    [
        ("2019-12-29 20:00", False),
        ("2019-12-30 15:59", False),
        ("2019-12-30 16:00", True),
        ("2020-01-16 09:00", True),
    ],
)
def test_a_session_ends_at_four_in_new_york(moment, ended):
    assert has_ended("2019-12-30", pd.Timestamp(moment, tz="America/New_York")) is ended


def test_a_half_day_ends_at_one():
    now = pd.Timestamp("2019-12-24 13:00", tz="America/New_York")
    assert has_ended("2019-12-24", now)
    assert not has_ended("2019-12-24", now - pd.Timedelta(minutes=1))


def test_a_session_of_long_ago_is_over():
    assert has_ended("2018-12-28")
