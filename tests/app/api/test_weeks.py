"""The weekly run over HTTP: started once, looked at, refused."""

import sys
from datetime import UTC, datetime

import pytest

from app.api import dependencies
from app.jobs.queue import Jobs
from app.week.kept import WeekRecord, keep, keep_digest
from tests.support import api_client
from tests.support.api_client import TOKEN, VIEWER_TOKEN, bearer, problem
from tests.support.quick_jobs import follow

WEEK = "2022-12-23"  # the sample's last
THEN = datetime(2022, 12, 23, 22, 0, tzinfo=UTC)


@pytest.fixture
def jobs(empty, monkeypatch):
    """Jobs whose workers die at once."""
    opened = Jobs(empty, worker=(sys.executable, "-c", ""))
    monkeypatch.setattr(dependencies, "queue", lambda: opened)
    yield opened
    for child in opened._children.values():
        child.wait()


@pytest.fixture
def desk(jobs):
    return api_client.client()


def finished(root):
    record = WeekRecord(week=WEEK, job="0123456789ab", began=THEN)
    record = record.with_step("checks", ["15 symbols passed."], ["AAPL was late."])
    keep(root, record.model_copy(update={"finished": THEN}))
    keep_digest(root, WEEK, "<html>All is well.</html>", "All is well.")


def test_a_week_is_accepted_and_found(desk, jobs):
    answer = desk.post("/week")
    assert answer.status_code == 202
    [job] = jobs.list()
    follow(jobs, job.id)
    assert (job.kind, job.subject, job.actor) == ("week", WEEK, "api")
    assert answer.json() == {"job_id": job.id, "status_url": f"/jobs/{job.id}", "week": WEEK}
    assert answer.headers["location"] == f"/weeks/{WEEK}"
    run = desk.get(f"/weeks/{WEEK}").json()
    assert (run["week"], run["status"], run["job_id"]) == (WEEK, "interrupted", job.id)  # its worker died
    assert (run["steps"], run["digest"], run["finished"]) == ([], None, None)
    assert "start it again" in run["reason"]


def test_a_week_that_was_run_is_the_answer_whoever_asks_again(desk, jobs, empty):
    finished(empty)
    answer = desk.post("/week")
    assert answer.status_code == 200
    run = answer.json()
    assert run == desk.get(f"/weeks/{WEEK}").json()
    assert (run["status"], run["job_id"], run["reason"]) == ("finished", "0123456789ab", None)
    assert run["digest"] == "All is well."
    [step] = run["steps"]
    assert (step["name"], step["said"], step["problems"]) == (
        "checks",
        ["15 symbols passed."],
        ["AAPL was late."],
    )
    assert jobs.list() == []


def test_a_week_that_stopped_says_why(desk, jobs, empty):
    follow(jobs, desk.post("/week").json()["job_id"])
    keep(empty, WeekRecord(week=WEEK, job="0123456789ab", began=THEN, stopped="The data are refused."))
    run = desk.get(f"/weeks/{WEEK}").json()
    assert (run["status"], run["reason"]) == ("stopped", "The data are refused.")
    assert desk.post("/week").status_code == 202
    assert len(jobs.list()) == 2


@pytest.mark.parametrize("week", ["2022-12-16", "2022-12-22", "9999-99-99"])
def test_a_week_that_nobody_ran_is_not_there(desk, week):
    assert "POST /week" in problem(desk.get(f"/weeks/{week}"), 404, "no_week")


@pytest.mark.parametrize("week", ["yesterday", "2022-12-23x", "2022-12"])
def test_what_is_no_date_is_refused(desk, week):
    assert desk.get(f"/weeks/{week}").status_code in (404, 422)


def test_only_who_may_act_starts_a_week(jobs):
    desk = api_client.client(api_client.GUARDED)
    problem(desk.post("/week", headers=bearer(VIEWER_TOKEN)), 403, "forbidden")
    assert desk.get(f"/weeks/{WEEK}", headers=bearer(VIEWER_TOKEN)).status_code == 404
    assert jobs.list() == []
    assert desk.post("/week", headers=bearer(TOKEN)).status_code == 202
