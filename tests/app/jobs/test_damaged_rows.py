"""A row of the jobs that somebody or something damaged: one failed job, and all others stay visible."""

import sqlite3
from contextlib import closing

import pytest

from app.jobs.queue import Jobs
from tests.support.api_client import client
from tests.support.desk_pages import opened, said
from tests.support.quick_jobs import WORKER

DAMAGE = {
    "request": ("'{'", "'[1]'", "'null'", "x'ff00'", f"'{'[' * 100_000}'"),
    "result": ("'no JSON'", "'3'"),
    "status": ("'done'", "''"),
    "created_at": ("'yesterday'", "'2026-01-02'", "x'00'"),
    "finished_at": ("'soon'", "17"),
    "fraction": ("'half'", "7.5", "-1", "x'01'"),
    "eta_seconds": ("'later'", "9e999"),
    "error": ("x'ff'",),
    "actor": ("x'ff'",),
    "pid": ("'me'",),
}


@pytest.fixture
def recorded(empty):
    """The pages' data root with two ended jobs; changes the second."""
    store = Jobs(empty, worker=WORKER)._store
    for job_id in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        store.add(job_id, "sac_lstm", "full", {"preset": "plan"}, "ada")
        store.finish(job_id, "failed", error="No.")

    def damage(column, value):
        with closing(sqlite3.connect(empty.jobs / "jobs.sqlite3")) as db, db:
            db.execute(f"UPDATE jobs SET {column} = {value} WHERE id = 'bbbbbbbbbbbb'")
        return Jobs(empty, worker=WORKER)

    return damage


@pytest.mark.parametrize(
    ("column", "value"), [(name, value) for name, every in DAMAGE.items() for value in every]
)
def test_it_is_one_failed_job_that_names_the_damage(recorded, column, value):
    damaged, whole = recorded(column, value).list()
    assert (damaged.id, damaged.status, damaged.message) == ("bbbbbbbbbbbb", "failed", "Damaged record")
    assert f"job bbbbbbbbbbbb is damaged at {column}: restore jobs.sqlite3" in damaged.error
    assert (whole.id, whole.error) == ("aaaaaaaaaaaa", "No.")


@pytest.mark.parametrize("column", ["request", "created_at", "fraction"])
def test_routes_and_pages_show_it_beside_the_others(recorded, column):
    recorded(column, DAMAGE[column][0])
    with client() as desk:
        listed = desk.get("/jobs")
        assert listed.status_code == 200, listed.text
        assert [job["status"] for job in listed.json()["jobs"]] == ["failed", "failed"]
        one = desk.get("/jobs/bbbbbbbbbbbb")
        assert (one.status_code, "is damaged at" in one.json()["error"]) == (200, True)
    at = opened("training", job="bbbbbbbbbbbb")
    assert f"is damaged at {column}" in said(at)
    opened("overview")


def test_one_that_is_damaged_at_work_is_closed_and_frees_its_subject(recorded):
    jobs = recorded("status", "'running'")
    with closing(sqlite3.connect(jobs._root.jobs / "jobs.sqlite3")) as db, db:
        db.execute("UPDATE jobs SET request = '{', finished_at = NULL WHERE id = 'bbbbbbbbbbbb'")
    jobs.reconcile()
    assert jobs._store.active() == []


def test_a_damaged_point_is_left_out_of_the_curve(recorded):
    jobs = recorded("pid", "NULL")
    with closing(sqlite3.connect(jobs._root.jobs / "jobs.sqlite3")) as db, db:
        for update, figures in ((1, '{"loss": 0.5}'), (2, "{"), (3, '{"loss": "low"}'), (4, "[1]")):
            db.execute("INSERT INTO points VALUES ('bbbbbbbbbbbb', ?, ?)", (update, figures))
    assert jobs.curve("bbbbbbbbbbbb").to_dict("list") == {"update": [1], "loss": [0.5]}
