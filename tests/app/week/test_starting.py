"""Whoever starts a week, there is one run of it; the schedule makes a missed hour up, once."""

import sys
import threading
from datetime import UTC, datetime

import pandas as pd
import pytest

from app.jobs.kind import NoSettings
from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.week import WEEK
from app.week import starting
from app.week.kept import WeekRecord, keep
from app.week.schedule import Schedule, write_schedule
from app.week.starting import look, next_run, resume_interrupted, start, start_when_due
from app.week.status import status_of
from sac.market import MarketChoice, write_choice
from sac.market.calendar import NEW_YORK
from tests.support.quick_jobs import follow

pytestmark = pytest.mark.slow

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
DEAD = (sys.executable, "-c", "")
FRIDAY, NEXT = "2018-12-28", "2019-01-04"


def at(text):
    return pd.Timestamp(text, tz=NEW_YORK)


def record(week, **changed):
    return WeekRecord(week=week, job="0123456789ab", began=datetime.now(UTC), **changed)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A data root on own files; its newest complete week is always the same."""
    write_choice(tmp_path / "data", MarketChoice("files", ("S00", "S01")))
    monkeypatch.setattr(starting, "newest_week", lambda root, now=None: FRIDAY)
    return Settings(tmp_path / "data")


@pytest.fixture
def desks(root):
    """Makes queues of one root whose workers do as they are told; what they started is over in the end."""
    made = []

    def desk(worker):
        made.append(Jobs(root, worker=worker))
        return made[-1]

    yield desk
    for jobs in made:
        for child in tuple(jobs._children.values()):
            child.kill()
            child.wait()


def test_whoever_asks_meanwhile_finds_the_run_that_is_at_work(root, desks):
    first = start(root, desks(SLEEPER), "ada")
    second = start(root, desks(SLEEPER), "grace")
    assert (first.week, first.done) == (FRIDAY, False)
    assert second.job.id == first.job.id
    assert second.job.actor == "ada"


def test_many_at_once_start_one(root, desks):
    found, several = [], [desks(SLEEPER) for _ in range(6)]
    threads = [
        threading.Thread(target=lambda jobs=jobs: found.append(start(root, jobs, "ada"))) for jobs in several
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.job.id for one in found}) == 1
    assert len(several[0].list()) == 1


def test_a_finished_week_is_found_and_not_run_again(root, desks):
    jobs = desks(DEAD)
    ran = jobs.submit(WEEK, FRIDAY, NoSettings(), "ada")
    follow(jobs, ran.id)
    keep(root, record(FRIDAY, finished=datetime.now(UTC)))
    found = start(root, jobs, "grace")
    assert (found.done, found.job.id) == (True, ran.id)
    assert len(jobs.list()) == 1


@pytest.mark.parametrize("stopped", [None, "The data are refused."])
def test_a_run_that_was_cut_off_or_stopped_is_started_again(root, desks, stopped):
    jobs = desks(DEAD)
    follow(jobs, start(root, jobs, "ada").job.id)
    keep(root, record(FRIDAY, stopped=stopped))
    again = start(root, jobs, "grace")
    assert not again.done
    assert again.job.actor == "grace"
    assert len(jobs.list()) == 2


def test_a_server_goes_on_with_what_was_cut_off_and_with_nothing_else(root, desks):
    jobs = desks(DEAD)
    resume_interrupted(root, jobs)
    assert jobs.list() == []
    keep(root, record(FRIDAY))
    follow(jobs, start(root, jobs, "ada").job.id)
    assert status_of(root, jobs, FRIDAY).status == "interrupted"
    resume_interrupted(root, jobs)
    [resumed, _] = jobs.list()
    assert (resumed.subject, resumed.actor) == (FRIDAY, "ada")
    follow(jobs, resumed.id)
    for after in (record(FRIDAY, stopped="No data."), record(FRIDAY, finished=datetime.now(UTC))):
        keep(root, after)
        resume_interrupted(root, jobs)
    assert len(jobs.list()) == 2


def test_what_a_person_cancelled_is_not_gone_on_with(root, desks):
    jobs = desks(SLEEPER)
    keep(root, record(FRIDAY))
    job = start(root, jobs, "ada").job
    jobs.cancel(job.id)
    jobs._children[job.id].kill()
    follow(jobs, job.id)
    assert status_of(root, jobs, FRIDAY).status == "cancelled"
    resume_interrupted(root, jobs)
    assert len(jobs.list()) == 1


def test_the_schedule_waits_for_its_hour_and_comes_once(root, desks):
    jobs = desks(DEAD)
    assert start_when_due(root, jobs, at("2018-12-28 23:00")) is None  # it is off
    write_schedule(root.data, Schedule(on=True, hours=6))
    assert start_when_due(root, jobs, at("2018-12-28 21:59")) is None
    job = start_when_due(root, jobs, at("2018-12-28 22:00"))
    assert (job.subject, job.actor) == (FRIDAY, "the schedule")
    assert start_when_due(root, jobs, at("2018-12-28 22:01")) is None
    follow(jobs, job.id)  # its process dies
    for later in (jobs, desks(DEAD)):  # this server, and the next one
        assert start_when_due(root, later, at("2018-12-31 09:00")) is None


def test_an_hour_that_passed_while_nobody_looked_is_made_up(root, desks):
    write_schedule(root.data, Schedule(on=True))
    assert start_when_due(root, desks(SLEEPER), at("2019-01-03 09:00")).subject == FRIDAY
    assert start_when_due(root, desks(SLEEPER), at("2019-01-03 09:00")) is None


def test_two_servers_at_once_make_it_up_once(root, desks):
    write_schedule(root.data, Schedule(on=True))
    found, several = [], [desks(SLEEPER) for _ in range(6)]
    threads = [
        threading.Thread(
            target=lambda jobs=jobs: found.append(start_when_due(root, jobs, at("2019-01-03 09:00")))
        )
        for jobs in several
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(job is not None for job in found) == 1
    assert len(several[0].list()) == 1


def test_what_somebody_runs_or_ran_is_left_to_them(root, desks):
    write_schedule(root.data, Schedule(on=True))
    jobs = desks(SLEEPER)
    start(root, jobs, "ada")
    assert start_when_due(root, jobs, at("2018-12-29 09:00")) is None
    keep(root, record(FRIDAY, finished=datetime.now(UTC)))
    assert start_when_due(root, jobs, at("2018-12-29 09:00")) is None
    assert [job.actor for job in jobs.list()] == ["ada"]


def test_what_comes_next_is_said_with_its_hour(root, desks):
    jobs, schedule, now = desks(SLEEPER), Schedule(on=True, hours=6), at("2018-12-28 20:00")
    coming = next_run(root, jobs, schedule, now)
    assert (coming.week, coming.due) == (FRIDAY, at("2018-12-28 22:00"))
    keep(root, record(FRIDAY, finished=datetime.now(UTC)))
    coming = next_run(root, jobs, schedule, now)
    assert (coming.week, coming.due) == (NEXT, at("2019-01-04 22:00"))
    write_choice(root.data, MarketChoice())
    assert next_run(root, jobs, schedule, now) is None


def test_a_server_looks_for_both(root, monkeypatch):
    seen = []
    monkeypatch.setattr(starting, "resume_interrupted", lambda root, jobs: seen.append("interrupted"))
    monkeypatch.setattr(starting, "start_when_due", lambda root, jobs: seen.append("due"))
    looked = look()
    looked(root)
    looked(root)
    assert seen == ["interrupted", "due", "due"]
