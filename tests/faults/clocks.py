"""Rounds by a clock that is set while a real server and a real worker run; theirs, and not the machine's."""

import random
import shutil
import subprocess
import time
from pathlib import Path

import httpx

from app.jobs.record import ACTIVE
from app.jobs.store import JobStore
from app.settings import Settings
from sac.promotion.state import problems
from sac.registry import Registry
from tests.faults.small_market import small_market
from tests.support.serving import free_port, served

__all__ = ["NoCompiler", "clock_round", "jumping_clock"]

SOURCE = Path(__file__).with_name("jumping_clock.c")
HOUR, DAY = 3600, 86_400
JUMPS = (3 * HOUR, -3 * HOUR, 40 * DAY, -40 * DAY, 400 * DAY, -2000 * DAY)  # seconds from the true time
VARIANTS = ("sac_lstm", "ppo_lstm")


class NoCompiler(Exception):  # noqa: N818 - a tool that this machine lacks
    """There is nothing to compile the clock with."""


def jumping_clock(folder: Path) -> Path:
    """The library that stands between processes and their wall clock. Raises NoCompiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler("there is no `cc`: apt install gcc libc6-dev")
    library = folder / "jumping_clock.so"
    subprocess.run((compiler, "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"), check=True)
    return library


def clock_round(folder: Path, clock: Path, rng: random.Random) -> list[str]:
    """Two trainings, one after the other; the clock is set at any moment of them. What went wrong."""
    home, offset = Settings(folder / "data"), folder / "offset"
    if not home.data.exists():
        small_market(home.data)
    offset.write_text("0")
    faked = {
        "LD_PRELOAD": str(clock),
        "CLOCK_AHEAD": str(offset),
        "SAC_DESK_API_REQUESTS_PER_MINUTE": "100000",
    }
    before = {job.id for job in JobStore(home.jobs).newest(500)}
    with (
        served(folder, free_port(), script=None, **faked) as desk,
        httpx.Client(base_url=desk.url, timeout=60.0, trust_env=False) as client,
    ):
        ids = []
        for variant in VARIANTS:
            body = {"members": 1, "updates": 5, "evaluation_years": 1, "seed": rng.randrange(10**6)}
            ids.append(client.post(f"/train/{variant}/full", json=body).raise_for_status().json()["job_id"])
            time.sleep(rng.uniform(0.0, 3.0))
            offset.write_text(str(rng.choice(JUMPS)))
        deadline = time.monotonic() + 300.0
        while any(job["status"] in ACTIVE for job in client.get("/jobs").raise_for_status().json()["jobs"]):
            if time.monotonic() > deadline:
                raise AssertionError("the trainings do not end")
            time.sleep(rng.uniform(0.0, 0.5))
    return _losses(home, ids, before)


def _losses(home: Settings, ids: list[str], before: set[str]) -> list[str]:
    jobs = [job for job in JobStore(home.jobs).newest(500) if job.id not in before]
    found = [] if [job.id for job in jobs] == ids[::-1] else ["the jobs are in another order"]
    found += [f"{job.id} {job.status}: {job.error}" for job in jobs if job.status != "succeeded"]
    registry = Registry(home.models)
    for job in jobs:
        if job.result:
            registry.version(job.subject, job.result["version"])
    return found + problems(registry, VARIANTS)
