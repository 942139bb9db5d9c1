"""A data root that cannot be read or written: 503 with a sentence, and what can be read is."""

import sqlite3
from contextlib import closing

import pytest

from app.settings import Settings
from sac import database
from sac.promotion import settle
from sac.promotion.record import RECORD
from sac.registry import Registry
from tests.support.api_client import client, problem
from tests.support.desk_pages import opened, said
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow

FULL = f"/train/{VARIANT}/full"


@pytest.fixture
def desk(empty, monkeypatch):
    """A data root with a champion, and a client of it; SQLite waits for nobody."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    registry = Registry(empty.models)
    settle(registry, registry.save(small_artifacts()))
    with client() as program:
        assert program.get("/jobs").status_code == 200
        yield program


@pytest.fixture
def held(desk, empty):
    """Another process's hold on a database."""
    with closing(sqlite3.connect(empty.jobs / "jobs.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield empty.jobs / "jobs.sqlite3"


def test_while_the_jobs_are_locked_they_can_be_read_and_nothing_is_started(desk, held):
    answer = desk.post(FULL, json={})
    assert str(held) in problem(answer, 503, "locked")
    assert answer.headers["retry-after"] == "15"
    assert desk.get("/jobs").json() == {"jobs": []}
    at = opened("training")
    at.button(key="start").click().run()
    assert not at.exception
    assert f"{held} is locked by another process" in said(at)
    assert "No training yet" in said(at)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/jobs"), ("GET", "/jobs/0123456789ab"), ("POST", FULL)]
)
@pytest.mark.parametrize("garbage", [True, False], ids=["garbage", "a folder"])
def test_jobs_that_are_no_database(desk, empty, garbage, method, path):
    file = empty.jobs / "jobs.sqlite3"
    for path_ in empty.jobs.glob("jobs.sqlite3*"):
        path_.unlink()
    if garbage:
        file.write_bytes(b"garbage" * 1000)
    else:
        file.mkdir()
    answer = desk.request(method, path, json={})
    assert problem(answer, 503, "storage_error").startswith(f"{file} is ")
    assert desk.get(f"/models/{VARIANT}").status_code == 200  # what lies elsewhere goes on


def test_a_damaged_row_of_the_ledger_hides_no_other(desk, empty):
    root = Settings(empty.data)
    for version, metrics in (("a", '{"eval_sharpe": 0.5}'), ("b", "{"), ("c", '{"eval_sharpe": "high"}')):
        with closing(sqlite3.connect(empty.models / RECORD)) as db, db:
            db.execute(
                "INSERT INTO trials (variant, version, kind, settings, fingerprint, symbols, started_at,"
                " outcome, metrics) VALUES ('sac_lstm', ?, 'full', '[', '', 'x', '', 'succeeded', ?)",
                (version, metrics),
            )
    assert [trial.metrics for trial in root.ledger.trials()[:3]] == [{}, {}, {"eval_sharpe": 0.5}]
    assert root.ledger.search().candidates == 1
    opened("promotion")
