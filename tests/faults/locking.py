"""Rounds by a database that another process holds for 15 s, at any moment of a true training."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.training import FULL, FullRequest
from sac.promotion.record import RECORD
from sac.promotion.state import problems
from sac.registry import Registry
from tests.faults.small_market import small_market

__all__ = ["held", "locked_round"]

VARIANT = "sac_lstm"
LOCKED = 15.0  # seconds: longer than SQLite waits
LONGEST = 8.0  # seconds that such a training takes, about


@contextmanager
def held(database: Path, *, readers_too: bool) -> Iterator[None]:
    """Hold a database as another process would, against writers or against everybody."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        if readers_too:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def locked_round(home: Settings, rng: random.Random, seconds: float = LOCKED) -> list[str]:
    """A training, and the lock at any moment of it; what was lost."""
    if not home.data.exists():
        small_market(home.data)
    jobs, seed = Jobs(home), rng.randrange(10**6)
    request = FullRequest(members=1, updates=200, evaluation_years=1, seed=seed)
    job = jobs.submit(FULL, VARIANT, request, "ada")
    child = jobs._children[job.id]
    time.sleep(rng.uniform(0.0, LONGEST))
    database = rng.choice((home.jobs / "jobs.sqlite3", home.models / RECORD))
    database.parent.mkdir(exist_ok=True)
    with held(database, readers_too=rng.random() < 0.5):
        time.sleep(seconds)
    deadline = time.monotonic() + 300.0
    while (job := jobs.get(job.id)).active:
        if time.monotonic() > deadline:
            raise AssertionError(f"the training does not end: {job}")
        time.sleep(0.1)
    child.wait(timeout=60)
    return _losses(home, job.error, job.result["version"] if job.result else None)


def _losses(home: Settings, error: str | None, name: str | None) -> list[str]:
    if name is None:
        return [f"a training failed: {error}"]
    registry = Registry(home.models)
    there = {registry.version(VARIANT, version.name).name for version in registry.versions(VARIANT)}
    found = [] if name in there else [f"{name} is gone"]
    trials = {trial.version: trial.outcome for trial in home.ledger.trials()}
    found += [
        f"the ledger says {trials.get(one)} of {one}" for one in there if trials.get(one) != "succeeded"
    ]
    if registry.champion(VARIANT) is None:
        found.append("there is no champion")
    return found + problems(registry, (VARIANT,))
