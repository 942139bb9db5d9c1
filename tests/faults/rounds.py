"""Rounds of misfortune: each harms a desk at a random moment, then counts what did not come through.

The processes, signals, locks and limits are the system's own. What a process knows is done, it says on
a pipe before it goes on, so that what was promised can be held against what is there.
"""

import itertools
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.training import FULL, FullRequest
from sac.errors import ArtifactError
from sac.promotion import Ledger, settle
from sac.promotion.deciding import decide, finish_moves, rollback
from sac.promotion.decision_log import DecisionLog
from sac.promotion.record import RECORD
from sac.promotion.state import problems
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts

__all__ = ["ROUNDS", "Desk", "worker_killed"]

# Fork, because a fresh interpreter takes seconds to import torch.
context = multiprocessing.get_context("fork")


class Desk:
    """One registry under fire, with all that it ever promised."""

    def __init__(self, root: Path) -> None:
        self.registry, self.seeds = Registry(root), itertools.count()
        self.promised: set[str] = set()
        self.kills = 0
        self.train()

    def train(self) -> str:
        """A true version, through ledger, registry and settlement."""
        seed = next(self.seeds)
        artifacts = small_artifacts(seed, cagr=0.1 + seed / 1000)
        with Ledger(self.registry.root).trial(
            VARIANT,
            artifacts.metadata.version,
            kind="full",
            parent=None,
            settings=artifacts.settings,
            fingerprint=artifacts.metadata.provenance.sha256,
            symbols=artifacts.symbols,
        ) as evaluated:
            version = self.registry.save(artifacts)
            evaluated(artifacts.metadata.metrics)
        settle(self.registry, version)
        self.promised.add(version.name)
        return version.name

    def live(self, tell: Callable[[str], object]) -> Iterator[None]:
        """Train, approve, roll back, for ever; each is reported when it is done."""
        while True:
            name = self.train()
            tell(name)
            yield
            for action in ("approve", "rollback"):
                champion, version = self.registry.current(VARIANT), self.registry.version(VARIANT, name)
                who: dict[str, Any] = {"actor": "ada", "reason": "A round.", "champion": champion}
                if action == "approve":
                    row = decide(self.registry, version, "approve", **who)
                else:
                    row = rollback(self.registry, VARIANT, **who)
                tell(row.hash)
                yield

    def losses(self) -> list[str]:
        """What is not as promised; empty where nothing was lost and nothing is half there."""
        finish_moves(self.registry, (VARIANT,))
        found = [*problems(self.registry, (VARIANT,)), *self.registry.damaged(VARIANT).values()]
        there = {self.registry.version(VARIANT, v.name).name for v in self.registry.versions(VARIANT)}
        decided = {row.hash for row in DecisionLog(self.registry.root).sealed(VARIANT)}
        found += [f"{promise} is gone" for promise in self.promised - there - decided]
        succeeded = {t.version for t in Ledger(self.registry.root).trials() if t.outcome == "succeeded"}
        found += [f"the ledger lists {name}, which is not there" for name in succeeded - there]
        if self.registry.champion(VARIANT) is None:
            found.append("there is no champion")
        return found

    def in_child(self, harm: Callable[[], None], seconds: float) -> int:
        """Let a process live for so long after `harm` was done to it, then kill it; its exit code."""
        reading, writing = os.pipe()

        def body() -> None:
            harm()
            for _ in self.live(lambda promise: os.write(writing, f"{promise}\n".encode())):
                pass

        child = context.Process(target=body)
        child.start()
        os.close(writing)
        child.join(seconds)
        child.kill()
        child.join()
        with os.fdopen(reading) as done:
            self.promised |= set(done.read().splitlines())
        for _ in range(20):
            next(self.seeds)  # the child used some
        self.kills += child.exitcode == -signal.SIGKILL
        return child.exitcode


def killed(desk: Desk, rng: random.Random) -> None:
    """SIGKILL at any moment of trainings, decisions and rollbacks."""
    desk.in_child(lambda: None, rng.uniform(0.01, 0.6))


def disk_full(desk: Desk, rng: random.Random) -> None:
    """The system refuses to write a file any longer than this, as on a disk with that much room."""
    limit = rng.randrange(1, 20_000)

    def harm() -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # it dies of the refusal, with a trace
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    if desk.in_child(harm, 20.0) == 0:
        raise AssertionError("a process lived on without a disk")


def locked(desk: Desk, rng: random.Random) -> None:
    """Another process holds the record; a training waits for it."""
    held = context.Event()

    def wait_and_train() -> None:
        held.wait()
        desk.train()

    child = context.Process(target=wait_and_train)
    child.start()  # before the lock is taken: SQLite does not survive a fork
    with closing(sqlite3.connect(desk.registry.root / RECORD, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        held.set()
        time.sleep(rng.uniform(0.5, 2.0))
        other.execute("ROLLBACK")
    child.join(30)
    if child.exitcode != 0:
        raise AssertionError(f"a training did not wait for the record: {child.exitcode}")


def truncated(desk: Desk, rng: random.Random) -> None:
    """A file loses its end: the version is refused by that file's name, and whole again when it is."""
    name = desk.train()
    file = rng.choice([f for f in (desk.registry.root / VARIANT / name).iterdir() if f.stat().st_size > 1])
    whole = file.read_bytes()
    os.truncate(file, rng.randrange(len(whole)))
    try:
        desk.registry.version(VARIANT, name)
    except ArtifactError as refusal:
        if file.name not in str(refusal):
            raise AssertionError(f"{file.name} was cut, but the refusal is: {refusal}") from refusal
    else:
        raise AssertionError(f"{name} was accepted with {file.name} cut")
    file.write_bytes(whole)


ROUNDS = {"killed": killed, "disk full": disk_full, "locked": locked, "truncated": truncated}


def worker_killed(home: Settings, rng: random.Random, longest: float = 8.0) -> float:
    """Kill a true training's worker at any moment; seconds until its job is closed as failed."""
    jobs = Jobs(home)
    job = jobs.submit(FULL, VARIANT, FullRequest(members=1, updates=200), "ada")
    child = jobs._children[job.id]
    time.sleep(rng.uniform(0.0, longest))
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    started = time.monotonic()
    while (job := jobs.get(job.id)).active:
        if time.monotonic() - started > 10.0:
            raise AssertionError(f"{job.id} is still {job.status} after ten seconds")
        time.sleep(0.05)
    if job.status != "failed" or "start it again" not in (job.error or ""):
        raise AssertionError(f"{job.id} is {job.status}: {job.error}")
    registry = Registry(home.models)
    found = [*problems(registry, (VARIANT,)), *registry.damaged(VARIANT)]
    if found or registry.versions(VARIANT):
        raise AssertionError(f"a killed training left something: {found or 'a version'}")
    return time.monotonic() - started
