"""The data root's disk has no room left: what a person reads, and that it all works again with room."""

import asyncio
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time

import httpx
import pytest
import yfinance

from app import worker
from app.jobs.kind import Kind
from app.jobs.locks import WorkerLock
from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.kinds import KINDS
from app.tasks.training import FullRequest, TrainingResult
from sac.errors import DiskFull
from sac.market.prices.refresh import refresh_prices
from sac.progress import Progress
from sac.promotion import DecisionLog, Ledger
from sac.promotion.deciding import decide
from tests.faults.full_disk import NoMount, filled, full_round, room_made, small_disk
from tests.faults.rounds import Desk
from tests.faults.visitor import Visitor
from tests.support.loopback_yahoo import LoopbackYahoo, daily, session_to
from tests.support.serving import ROOT, served
from tests.support.small_versions import VARIANT
from tests.support.synthetic import random_closes


@pytest.fixture
def disk(tmp_path):
    """The data root `tmp_path`/data on a disk of its own."""
    try:
        with small_disk(tmp_path / "data") as place:
            yield place
    except NoMount as refusal:
        pytest.skip(f"a small disk cannot be mounted here: {refusal}")


@pytest.fixture
def desk(disk):
    return Desk(disk / "models")


def test_nothing_is_lost_whatever_the_room_ends_in(desk):
    rng = random.Random(5)
    for _ in range(3):
        full_round(desk, rng)
        assert desk.losses() == []
        desk.train()
    assert desk.losses() == []


def test_a_decision_without_room_is_not_taken_and_can_be_taken_later(disk, desk):
    champion, version = desk.registry.current(VARIANT), desk.registry.version(VARIANT, desk.train())
    filled(disk)
    who = {"actor": "ada", "reason": "Better.", "champion": champion}
    with pytest.raises(DiskFull, match=f"The disk that holds {disk}/models/record.sqlite3 is full"):
        decide(desk.registry, version, "approve", **who)
    assert desk.registry.current(VARIANT) == champion
    assert len(DecisionLog(desk.registry.root).decisions()) == 1  # which can be read
    assert len(Ledger(desk.registry.root).trials()) == 2
    room_made(disk)
    decide(desk.registry, version, "approve", **who)
    assert desk.registry.current(VARIANT) == version.name
    assert desk.losses() == []


def test_a_job_that_runs_out_of_room_says_so_as_soon_as_there_is_some(disk, monkeypatch):
    home, waited = Settings(disk), []

    def train(job, request, root, report):
        report(Progress("agents", 0.5, "Half"))
        filled(disk)
        report(Progress("saving", 0.9, "Not to be read"))  # no reason to stop
        Desk(root.models)
        return TrainingResult.model_construct()

    def sleep(seconds):
        waited.append(jobs.get("0a").status)
        if len(waited) == 3:
            room_made(disk)

    monkeypatch.setenv("SAC_DESK_DATA", str(disk))
    monkeypatch.setitem(KINDS, "full", Kind("full", FullRequest, TrainingResult, train))
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(os, "nice", lambda by: 0)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    jobs, lock = Jobs(home), WorkerLock(home.jobs, "0a")
    jobs._store.add("0a", VARIANT, "full", {}, "ada", lock.acquire)
    assert worker.main("0a") == 1
    lock.close()
    job = jobs.get("0a")
    assert waited == ["running"] * 3
    assert (job.status, job.message) == ("failed", "Failed")
    assert f"The disk that holds {disk}/models/" in job.error
    assert "Make room, then try again" in job.error


def test_prices_that_cannot_be_stored_leave_the_old_ones(disk, tmp_path):
    yfinance.set_tz_cache_location(str(tmp_path / "client"))
    yfinance.data.YfData.cache_get.cache_clear()
    folder = disk / "raw" / "prices"
    with LoopbackYahoo(daily(random_closes(stocks=2, first="2019-01-02", last="2019-12-31"))) as yahoo:

        def refresh(month):
            return refresh_prices(
                folder,
                ["S00", "S01"],
                dt.date(2019, 1, 2),
                dt.date(2019, month, 29),
                session=session_to(yahoo.url),
                pause=lambda seconds: None,
            )

        refresh(10)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        filled(disk)
        with pytest.raises(DiskFull, match=f"The disk that holds {folder}"):
            refresh(11)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        room_made(disk)
        assert refresh(11).fetched == ["S00", "S01"]


def test_programs_people_and_commands_hear_of_a_full_disk(disk, desk, tmp_path):
    name = desk.train()
    Jobs(Settings(disk))
    filled(disk)
    environment = {**os.environ, "SAC_DESK_DATA": str(disk), "PYTHONPATH": str(ROOT)}

    def command(*words):
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words], env=environment, capture_output=True, text=True
        )

    async def visited(page):
        async with Visitor(server, page) as visitor:
            return visitor.problems

    with served(tmp_path) as server, httpx.Client(base_url=server.url, timeout=30.0) as client:
        refused = client.post("/train/sac_lstm/full", json={"members": 1})
        assert refused.status_code == 507
        error = refused.json()["error"]
        assert (error["code"], f"The disk that holds {disk}/jobs/" in error["message"]) == ("disk_full", True)
        assert client.get("/jobs").json() == {"jobs": []}
        assert client.get(f"/models/{VARIANT}").status_code == 200
        [shown] = asyncio.run(visited("training"))
        assert shown.startswith(f"The disk that holds {disk} is full")

        promote = ("promote", VARIANT, name, "--reason", "Better.")
        full = command(*promote)
        assert (full.returncode, full.stdout) == (1, "")
        assert full.stderr.startswith(f"error: The disk that holds {disk}/models/record.sqlite3 is full")

        room_made(disk)
        assert command(*promote).returncode == 0
        assert desk.registry.current(VARIANT) == name
        accepted = client.post("/train/sac_lstm/full", json={"members": 1})
        assert accepted.status_code == 202
        client.post(f"{accepted.headers['Location']}/cancel")
    assert desk.losses() == []
