"""The weekly run on the Data page: its state, its button, what it did, and its schedule."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from app.jobs.queue import Jobs, jobs_of
from app.ui.data import schedule as section
from app.week.kept import WeekRecord, keep
from app.week.schedule import Schedule, read_schedule, schedule_file, write_schedule
from app.week.starting import NextRun
from tests.support.desk_pages import opened, said
from tests.support.quick_jobs import follow

pytestmark = pytest.mark.slow

WEEK = "2022-12-23"  # the sample's last
THEN = datetime(2022, 12, 23, 22, 0, tzinfo=UTC)


@pytest.fixture
def dying(empty, monkeypatch):
    """Jobs of the pages whose workers die at once."""
    jobs = jobs_of(empty)
    monkeypatch.setattr(jobs, "_worker", ("true",))
    return jobs


def finished(root, **changed):
    record = WeekRecord(week=WEEK, job="0123456789ab", began=THEN)
    record = record.with_step("checks", ["15 symbols passed."], ["AAPL *was* late."])
    keep(root, record.model_copy(update={"finished": THEN, **changed}))


def test_before_the_first_run_it_says_so_and_the_button_starts_one(empty, dying):
    at = opened("data")
    assert "No week is run by itself: the schedule is off. None was run yet." in said(at)
    at.button(key="run-week").click().run()
    assert not at.exception
    [job] = dying.list()
    assert (job.kind, job.subject) == ("week", WEEK)
    follow(dying, job.id)


def test_a_finished_week_says_what_it_did_and_is_not_offered_again(empty):
    finished(empty)
    at = opened("data")
    assert f"Last run: the week of **{WEEK}**, finished on 2022-12-23 22:00 UTC." in said(at)
    assert "15 symbols passed." in said(at)
    assert r"AAPL \*was\* late." in said(at)
    assert at.button(key="run-week").disabled
    assert "there is no newer complete one" in said(at)


def test_a_week_that_stopped_says_why_and_can_be_run_again(empty):
    finished(empty, finished=None, stopped="The data are refused. S00 jumps.")
    at = opened("data")
    assert f"Last run: the week of **{WEEK}**, stopped." in said(at)
    assert "The data are refused. S00 jumps." in said(at)
    assert not at.button(key="run-week").disabled


def test_the_schedule_is_saved_and_said(empty):
    at = opened("data")
    at.toggle(key="schedule-on").set_value(True)
    at.text_input(key="schedule-hours").set_value("9")
    at.text_input(key="schedule-every").set_value("4")
    at.selectbox(key="schedule-sac_lstm").set_value("fine-tune")
    at.button(key="save-schedule").click().run()
    assert not at.exception
    assert "The schedule is saved." in said(at)
    kept = read_schedule(empty.data)
    assert (kept.on, kept.hours, kept.every, kept.challenger("sac_lstm")) == (True, 9, 4, "fine-tune")
    assert "has come: its run starts within seconds." in said(at)


def test_the_next_run_is_said_with_its_hour_in_new_york(empty, monkeypatch):
    write_schedule(empty.data, Schedule(on=True))
    coming = NextRun("2031-01-03", pd.Timestamp("2031-01-03 22:00", tz="America/New_York"))
    monkeypatch.setattr(section, "next_run", lambda *arguments: coming)
    assert "Next run: **Friday 2031-01-03 22:00** in New York, of the week that is decided" in said(
        opened("data")
    )


def test_a_schedule_that_cannot_be_read_is_off_and_says_why(empty):
    schedule_file(empty.data).write_text("hours = 99")
    at = opened("data")
    assert "hours is 99: it must be a number from 0 to 60." in said(at)
    assert "the schedule is off" in said(at)


def test_a_viewer_sees_it_and_starts_nothing(empty, monkeypatch):
    monkeypatch.setattr("app.access.visitors.refusal", lambda: "You may look.")
    at = opened("data")
    assert at.button(key="run-week").disabled
    assert at.button(key="save-schedule").disabled
    assert Jobs(empty).list() == []


@pytest.mark.parametrize(
    ("field", "typed"), [("hours", "500"), ("hours", "-1"), ("every", "1.5"), ("every", "")]
)
def test_a_field_out_of_range_disables_the_button_and_says_why(empty, field, typed):
    at = opened("data")
    at.text_input(key=f"schedule-{field}").set_value(typed).run()
    assert at.button(key="save-schedule").disabled
    assert "enter a whole number from" in said(at)
    at.text_input(key=f"schedule-{field}").set_value("5").run()
    assert not at.button(key="save-schedule").disabled
