"""The machine's clock is set while the desk works: by a time server, by hand, after a long sleep.

`python -m tests.faults` also runs real processes by a clock that jumps.
"""

import datetime as dt
import json
import os
import time

import httpx
import numpy as np
import pytest

from app.api import guard
from app.hub.uploads import FIRST_WAIT, UploadStore
from app.jobs import store as job_store
from app.jobs.queue import Jobs
from app.jobs.store import JobStore
from app.queries import jobs as job_queries
from app.settings import Network, Settings
from sac.market import weeks_behind
from sac.market.fundamentals import alpha_vantage
from sac.promotion import DecisionLog, Ledger, decision_log
from sac.promotion.deciding import decide
from sac.promotion.state import problems
from sac.registry import Registry
from sac.registry.store import _STAGING
from tests.faults.rounds import Desk
from tests.support.small_versions import VARIANT, small_artifacts

JUMPS = [-86_400.0 * 400, -7200.0, 3600.0, 86_400.0 * 30]  # seconds


class Clock(dt.datetime):
    """The wall clock of one module, which a test sets."""

    ahead = 0.0

    @classmethod
    def now(cls, tz=None):
        return dt.datetime.now(tz) + dt.timedelta(seconds=cls.ahead)


@pytest.fixture
def clock(monkeypatch):
    """Every wall clock that records of jobs, trials and decisions are written by."""
    monkeypatch.setattr(Clock, "ahead", 0.0)
    for module in (job_store, job_queries, decision_log):
        monkeypatch.setattr(module, "datetime", Clock)
    return Clock


@pytest.fixture
def store(tmp_path):
    return JobStore(Settings(tmp_path / "data").jobs)


@pytest.mark.parametrize("jump", JUMPS)
def test_jobs_keep_the_order_in_which_they_came(tmp_path, clock, store, jump):
    for number in range(3):
        store.add(f"0{number}", f"variant_{number}", "full", {}, "ada")
        clock.ahead += jump
    assert [job.id for job in store.active()] == ["00", "01", "02"]
    assert [job.id for job in store.newest(2)] == ["02", "01"]


@pytest.mark.parametrize("jump", JUMPS)
def test_elapsed_time_is_known_or_not_shown_but_never_negative(clock, store, jump):
    store.add("0a", "sac_lstm", "full", {}, "ada")
    store.start("0a")
    clock.ahead = jump
    seconds = job_queries.elapsed(store.get("0a"))
    assert seconds is None if jump < 0 else seconds >= 0


@pytest.mark.parametrize("jump", JUMPS)
def test_a_cancelled_worker_has_its_patience_by_a_clock_that_nobody_sets(tmp_path, clock, monkeypatch, jump):
    home, signals = Settings(tmp_path / "data"), []
    jobs = Jobs(home, patience_seconds=0.2)
    monkeypatch.setattr(jobs, "_alive", lambda job: True)
    monkeypatch.setattr(jobs, "_signal", lambda job, number: signals.append(number.name))
    jobs._store.add("0a", "sac_lstm", "full", {}, "ada")
    jobs.cancel("0a")
    clock.ahead = jump
    jobs.reconcile()
    assert signals == ["SIGTERM"]
    time.sleep(0.3)
    jobs.reconcile()
    assert signals == ["SIGTERM", "SIGKILL"]


@pytest.mark.parametrize("jump", JUMPS)
def test_decisions_keep_their_order_and_their_seals(tmp_path, clock, jump):
    desk = Desk(tmp_path / "models")
    names = [desk.registry.current(VARIANT)]
    for _ in range(3):
        clock.ahead += jump
        name = desk.train()
        version = desk.registry.version(VARIANT, name)
        decide(desk.registry, version, "approve", actor="ada", reason="Better.", champion=names[-1])
        names.append(name)
    assert [row.version for row in DecisionLog(desk.registry.root).decisions()] == names[::-1]
    assert [trial.version for trial in Ledger(desk.registry.root).trials()] == names[::-1]
    assert problems(desk.registry, (VARIANT,)) == []
    assert desk.losses() == []


def test_a_writer_at_work_is_not_swept_away_when_the_clock_is_set_forward(tmp_path, monkeypatch):
    registry, there = Registry(tmp_path), time.time()
    write, seen = Registry.version, []

    def interrupted(file, data):
        """At the first file, the clock leaps a day and somebody else saves."""
        if not seen:
            seen.append(file.parent)
            monkeypatch.setattr("sac.registry.folder.time.time", lambda: there + 86_400.0)
            Registry(tmp_path).save(small_artifacts(2, cagr=0.2))
        original(file, data)

    from sac.registry import folder

    original = folder.write
    monkeypatch.setattr(folder, "write", interrupted)
    first = registry.save(small_artifacts(1, cagr=0.1))
    assert seen[0].name.startswith(_STAGING)
    assert write(registry, VARIANT, first.name).name == first.name
    assert len(registry.versions(VARIANT)) == 2


@pytest.mark.parametrize("age", [7200.0, -86_400.0])
def test_a_dead_writers_leftovers_go_whichever_clock_they_were_written_by(tmp_path, age):
    registry = Registry(tmp_path)
    registry.save(small_artifacts(1, cagr=0.1))
    left = tmp_path / VARIANT / f"{_STAGING}0123"
    left.mkdir()
    os.utime(left, (time.time() - age,) * 2)
    registry.save(small_artifacts(2, cagr=0.2))
    assert not left.exists()


def test_what_waits_for_the_hub_is_not_put_off_for_as_long_as_the_clock_was_set_back(tmp_path):
    store = UploadStore(tmp_path)
    store.ask("ada/models", VARIANT, "champion")
    assert store.next().wait(time.time() - 86_400.0) == 0.0
    store.put_off(store.next(), "The Hub is down.")
    assert 0.0 < store.next().wait(time.time()) <= FIRST_WAIT
    assert store.next().wait(time.time() - 86_400.0) == 0.0
    assert store.next().wait(time.time() + 86_400.0) == 0.0


def test_requests_before_the_clock_was_set_back_do_not_count_for_ever(monkeypatch):
    now, answered = [time.time()], []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now[0])
    monkeypatch.setattr(time, "time", lambda: now[0])
    network = Network(None, None, 10, False)
    guarded = guard.Guard(app, ["desk"], ["health"], network)

    async def ask(count):
        transport = httpx.ASGITransport(guarded)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            answered.append([(await client.get("/health")).status_code for _ in range(count)])

    import asyncio

    for jump, count in ((0.0, 11), (-86_400.0, 11), (61.0, 1)):
        now[0] += jump
        asyncio.run(ask(count))
    assert answered == [[200] * 10 + [429], [200] * 10 + [429], [200]]


def test_no_week_is_missing_by_a_clock_that_is_behind_the_data():
    for today in ("1970-01-01", "2020-01-01", "2022-12-30"):
        assert weeks_behind("2022-12-30", np.datetime64(today)) == 0


def test_answers_of_a_clock_that_ran_ahead_are_fetched_again(tmp_path):
    file = tmp_path / "earnings.json"
    for fetched, known in (("2024-03-01", True), ("2024-03-02", True), ("2025-03-01", False)):
        file.write_text(json.dumps({"fetched_at": f"{fetched}T12:00:00+00:00"}))
        assert bool(alpha_vantage._fetched_at(file, dt.date(2024, 3, 1))) is known
