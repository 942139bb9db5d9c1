"""Which week is the newest, and when its hour comes: holidays, half-days, closures, the sample."""

import pandas as pd
import pytest

from app.settings import Settings
from app.week.schedule import Schedule
from app.week.which import due_at, newest_week, next_week
from sac.market import MarketChoice, write_choice
from sac.market.accepted import Accepted
from sac.market.calendar import NEW_YORK


def at(text):
    return pd.Timestamp(text, tz=NEW_YORK)


@pytest.fixture
def own(tmp_path):
    write_choice(tmp_path, MarketChoice("files", ("S00", "S01")))
    return Settings(tmp_path)


@pytest.mark.parametrize(
    ("now", "newest", "following"),
    [
        ("2018-12-28 15:59", "2018-12-21", "2018-12-28"),  # the session is not over
        ("2018-12-28 16:00", "2018-12-28", "2019-01-04"),
        ("2018-12-31 12:00", "2018-12-28", "2019-01-04"),
        ("2018-03-29 17:00", "2018-03-29", "2018-04-06"),  # Good Friday: Thursday decides
        ("2021-11-26 12:59", "2021-11-19", "2021-11-26"),  # a half-day
        ("2021-11-26 13:00", "2021-11-26", "2021-12-03"),
    ],
)
def test_a_week_is_complete_with_the_end_of_its_last_session(own, now, newest, following):
    assert (newest_week(own, at(now)), next_week(own, at(now))) == (newest, following)


def test_a_closure_that_was_accepted_ends_its_week_a_day_earlier(own):
    closed = Accepted("2018-12-28", "mourning", "ada")
    write_choice(own.data, MarketChoice("files", ("S00", "S01"), accepted=(closed,)))
    assert newest_week(own, at("2018-12-27 17:00")) == "2018-12-27"


def test_the_sample_has_one_newest_week_whatever_day_it_is_and_none_after_it(tmp_path):
    root = Settings(tmp_path)
    assert newest_week(root, at("2030-01-05 12:00")) == "2022-12-23"
    assert next_week(root, at("2030-01-05 12:00")) is None


def test_a_broken_choice_of_the_market_has_a_week_all_the_same(own):
    (own.data / "market.toml").write_text("source =")
    assert newest_week(own, at("2018-12-28 17:00")) == "2018-12-28"


@pytest.mark.parametrize(
    ("week", "hours", "source", "due"),
    [
        ("2018-12-28", 6, "files", "2018-12-28 22:00"),
        ("2018-12-28", 0, "files", "2018-12-28 16:00"),
        ("2018-12-28", 0, "yahoo", "2018-12-28 18:00"),  # its prices are final then
        ("2021-11-26", 6, "files", "2021-11-26 19:00"),
        ("2021-11-26", 2, "yahoo", "2021-11-26 18:00"),
        ("2018-03-29", 6, "yahoo", "2018-03-29 22:00"),
    ],
)
def test_its_hour_is_counted_from_its_last_close(own, week, hours, source, due):
    write_choice(own.data, MarketChoice(source, ("S00", "S01")))
    assert due_at(own, Schedule(hours=hours), week) == at(due)
