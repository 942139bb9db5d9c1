import numpy as np
import pytest

from sac.market import exchange_sessions, trading_weeks, weeks_behind


def day(text):
    return np.datetime64(text, "D")


def test_weeks_end_before_holidays_and_fill_after_them():
    weeks = trading_weeks(day("2022-04-11"), day("2022-04-22"))
    # Good Friday, 15 April 2022, was no session: the week decided on Thursday and traded on Monday.
    assert weeks.decisions.tolist() == [day("2022-04-14").item(), day("2022-04-22").item()]
    assert weeks.fills[0] == day("2022-04-18")
    assert weeks.ends[0] == day("2022-04-22")


def test_a_running_week_is_left_out():
    for last in ("2022-12-26", "2022-12-27", "2022-12-29"):
        assert trading_weeks(day("2022-12-01"), day(last)).decisions[-1] == day("2022-12-23")
    assert trading_weeks(day("2022-12-01"), day("2022-12-30")).decisions[-1] == day("2022-12-30")


def test_every_week_trades_on_the_next_session_and_ends_with_the_next_decision():
    first, last = day("1995-01-03"), day("2022-12-30")
    weeks, sessions = trading_weeks(first, last), exchange_sessions(first, last + 30)
    rows = np.searchsorted(sessions, weeks.decisions)
    assert (sessions[rows + 1] == weeks.fills).all()
    assert (weeks.ends[:-1] == weeks.decisions[1:]).all()
    assert (weeks.fills <= weeks.ends).all()
    # Since 1995 only the week of 11 September 2001 has a single session (Monday the 10th); none is missing.
    assert (np.diff(weeks.decisions).astype(int) <= 11).all()


@pytest.mark.parametrize(("today", "weeks"), [("12-24", 0), ("12-29", 0), ("12-30", 1), ("12-31", 1)])
def test_only_complete_weeks_make_data_old(today, weeks):
    assert weeks_behind("2022-12-23", np.datetime64(f"2022-{today}")) == weeks


def test_sessions_are_the_same_in_a_week_as_in_a_century():
    week = exchange_sessions(day("2022-04-11"), day("2022-04-18"))
    assert [str(session)[-2:] for session in week] == ["11", "12", "13", "14", "18"]
    long = exchange_sessions(day("1955-01-03"), day("2035-12-31"))
    assert np.array_equal(long[np.isin(long, week)], week)
    assert len(exchange_sessions(day("2022-04-15"), day("2022-04-17"))) == 0, "Good Friday and a week-end"


def test_nobody_can_change_the_calendar_of_all():
    with pytest.raises(ValueError, match="read-only"):
        exchange_sessions(day("2022-04-11"), day("2022-04-18"))[0] = day("2022-04-10")


def test_a_thursday_before_good_friday_completes_its_week():
    assert trading_weeks(day("2022-04-11"), day("2022-04-13")).decisions.tolist() == []
    weeks = trading_weeks(day("2022-04-11"), day("2022-04-14"))
    for dates, expected in ((weeks.decisions, "14"), (weeks.fills, "18"), (weeks.ends, "22")):
        assert dates.tolist() == [day(f"2022-04-{expected}").item()]


@pytest.mark.parametrize(
    ("last", "today", "weeks"),
    [
        ("2022-04-13", "2022-04-13", 0),
        ("2022-04-13", "2022-04-14", 1),  # Thursday, the last session of that week
        ("2022-04-14", "2022-04-15", 0),  # Good Friday ends nothing
        ("2022-04-14", "2022-04-21", 0),
        ("2022-04-14", "2022-04-22", 1),
        ("2022-04-14", "2022-05-06", 3),
        ("2022-04-14", "2022-04-14", 0),
        ("2022-04-14", "2022-04-01", 0),  # a clock that runs behind
    ],
)
def test_weeks_after_a_thursday_of_good_friday(last, today, weeks):
    assert weeks_behind(last, day(today)) == weeks


def test_a_week_whose_end_lies_past_the_data_is_still_named():
    weeks = trading_weeks(day("2021-12-20"), day("2021-12-23"))  # Christmas Eve was closed
    assert (weeks.fills[0], weeks.ends[0]) == (day("2021-12-27"), day("2021-12-31"))
    assert len(trading_weeks(day("2021-12-24"), day("2021-12-26")).decisions) == 0


def test_sessions_of_the_first_and_the_last_day_are_in():
    sessions = exchange_sessions(day("2019-12-31"), day("2020-01-02"))
    assert sessions.tolist() == [day("2019-12-31").item(), day("2020-01-02").item()]
    assert exchange_sessions(day("1989-12-29"), day("1989-12-29")).tolist() == [day("1989-12-29").item()]
    for first, last in (
        ("2029-12-31", "2030-01-02"),
        ("2035-12-27", "2035-12-31"),
        ("2039-12-29", "2039-12-30"),
    ):
        assert exchange_sessions(day(first), day(last))[-1] == day(last)


def test_a_calendar_is_kept_for_every_caller_of_the_same_decade():
    calendar = exchange_sessions(day("2022-04-11"), day("2022-04-18")).base
    assert exchange_sessions(day("1999-04-11"), day("2029-04-18")).base is calendar
