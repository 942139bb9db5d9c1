"""Rounds in which the real server is killed while programs and people use it, and real trainings run."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from app.jobs.record import ACTIVE, Job
from app.jobs.store import JobStore
from app.settings import Settings
from sac.promotion import DecisionLog
from sac.promotion.deciding import deciding
from sac.promotion.state import problems
from sac.registry import Registry
from tests.faults.small_market import AS_OF, small_market
from tests.support.serving import ROOT, await_answer, free_port, served, started

__all__ = ["ServedDesk"]

VARIANTS = ("sac_lstm", "ppo_lstm")
BUSY = 0.75  # share of the rounds in which the server is killed at work; in the others, while it starts
MANY = {"SAC_DESK_API_REQUESTS_PER_MINUTE": "1000000"}


class ServedDesk:
    """A data root whose server is killed over and over, with all that its clients were answered."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.home = Settings(folder / "data")
        self.registry = Registry(self.home.models)
        self.kills, self.boot_seconds = 0, 3.0
        self.asked: dict[str, dict[str, Any]] = {}  # idempotency key -> what was asked for
        self.promised: dict[str, str] = {}  # key -> the job that the server said is there
        self.decided = 0  # promotions that the command line said are done
        self.losses: list[str] = []
        small_market(self.home.data)

    def round(self, rng: random.Random) -> None:
        """Start a server, use it, kill it at any moment, and look whether all is there."""
        before = {job.id: job for job in self._jobs() if job.active}
        desk, began = started(self.folder, self.port, script=None, **MANY), time.monotonic()
        over = threading.Event()
        users = [
            threading.Thread(target=self._until, args=(over, deed, random.Random(rng.random())))
            for deed in (self._train, self._ask, self._promote)
        ]
        try:
            if rng.random() < BUSY:
                await_answer(desk)
                self.boot_seconds = time.monotonic() - began
                for user in users:
                    user.start()
                time.sleep(rng.uniform(0.0, 4.0))
            else:
                time.sleep(rng.uniform(0.0, self.boot_seconds))
        finally:
            desk.process.kill()
            desk.process.wait()
            self.kills += 1
            over.set()
            for user in users:
                if user.ident is not None:
                    user.join()
        self._check(before)

    def end(self) -> None:
        """A last server: what was not answered is asked again, and every training ends well."""
        with served(self.folder, self.port, script=None, **MANY) as desk, self._client(desk.port) as client:
            for key, body in self.asked.items():
                deadline = time.monotonic() + 300.0
                while (answer := self._post(client, key, body)).status_code == 409:
                    if time.monotonic() > deadline:
                        raise AssertionError(f"{body} is refused for ever: {answer.text}")
                    time.sleep(0.2)
                if (
                    answer.status_code != 202
                    or self.promised.get(key, answer.json()["job_id"]) != (answer.json()["job_id"])
                ):
                    self.losses.append(f"{body} was asked for twice and got {answer.text}")
            deadline = time.monotonic() + 300.0
            while any(job["status"] in ACTIVE for job in client.get("/jobs?limit=500").json()["jobs"]):
                if time.monotonic() > deadline:
                    raise AssertionError(f"trainings that never end: {[j for j in self._jobs() if j.active]}")
                time.sleep(0.2)
        self._check({})

    def summary(self) -> str:
        """What its clients did meanwhile."""
        ended = [job.status for job in self._jobs()]
        return (
            f"behind the killed servers: {len(ended)} trainings, {ended.count('succeeded')} of them ended "
            f"well and {ended.count('failed')} never began; {self.decided} promotions"
        )

    def _check(self, before: dict[str, Job]) -> None:
        """What a server that was killed lost, by its records: nobody has mended them yet."""
        found = self.losses
        jobs = {job.id: job for job in self._jobs()}
        found += [f"job {job} is gone" for job in {*before, *self.promised.values()} - set(jobs)]
        for job in jobs.values():
            if job.status == "failed" and (job.pid is not None or "start it again" not in (job.error or "")):
                found.append(f"{job.id} did not go on without its server: {job.error}")
            if job.status == "succeeded":
                self.registry.version(job.subject, (job.result or {})["version"])  # raises if it is not whole
        for variant in VARIANTS:
            with deciding(self.registry, variant):  # no worker decides meanwhile
                found += [*self.registry.damaged(variant).values(), *problems(self.registry, (variant,))]
        rows = [row for row in DecisionLog(self.registry.root).decisions() if row.actor != "the desk"]
        if len(rows) < self.decided:
            found.append(f"{self.decided} promotions were answered, {len(rows)} are on record")

    def _jobs(self) -> list[Job]:
        if not self.home.jobs.exists():
            return []
        return JobStore(self.home.jobs).newest(500)

    def _client(self, port: int) -> httpx.Client:
        return httpx.Client(base_url=f"http://localhost:{port}", timeout=30.0, trust_env=False)

    def _until(
        self,
        over: threading.Event,
        deed: Callable[[httpx.Client, random.Random], None],
        rng: random.Random,
    ) -> None:
        """Do it again and again; a connection that breaks is what a killed server leaves."""
        with self._client(self.port) as client:
            while not over.wait(rng.uniform(0.0, 0.3)):
                with suppress(httpx.TransportError):
                    deed(client, rng)

    def _train(self, client: httpx.Client, rng: random.Random) -> None:
        key, variant = f"key-{len(self.asked)}", rng.choice(VARIANTS)
        body = {"members": 1, "updates": 5, "evaluation_years": 1, "seed": len(self.asked)}
        wanted = {"variant": variant, "body": body}
        try:
            answer = self._post(client, key, wanted)
        except httpx.TransportError:
            self.asked[key] = wanted  # nobody knows whether it was started
            raise
        if answer.status_code == 202:
            self.asked[key], self.promised[key] = wanted, answer.json()["job_id"]
        elif answer.status_code != 409:
            self.losses.append(f"{wanted} was answered with {answer.status_code} {answer.text}")

    def _post(self, client: httpx.Client, key: str, wanted: dict[str, Any]) -> httpx.Response:
        address = f"/train/{wanted['variant']}/full"
        return client.post(address, json=wanted["body"], headers={"Idempotency-Key": key})

    def _ask(self, client: httpx.Client, rng: random.Random) -> None:
        variant = rng.choice(VARIANTS)
        body = {"portfolio": {"cash": 1000.0, "positions": []}, "as_of_date": AS_OF}
        answer = client.post(f"/inference/{variant}", json=body)
        if answer.status_code not in (200, 404):
            self.losses.append(f"inference answered {answer.status_code} {answer.text}")

    def _promote(self, client: httpx.Client, rng: random.Random) -> None:
        """One promotion through the command line, of any version that is there."""
        variant = rng.choice(VARIANTS)
        names = [v.name for v in self.registry.versions(variant) if v.name != self.registry.current(variant)]
        if not names:
            return
        gate = rng.choice((["--override"], []))  # one of them is refused, in words
        command = ("promote", variant, rng.choice(names), "--reason", "A round.", *gate)
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *command],
            cwd=self.folder,
            env={**os.environ, "SAC_DESK_DATA": str(self.home.data), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.decided += done.returncode == 0
        if done.returncode and not done.stderr.startswith("error: "):
            self.losses.append(f"{command}: {done.stderr}")
