"""Jobs: one subprocess each, started, followed, stopped and accounted for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import pandas as pd

from app.jobs.kind import Asked, Given, Kind
from app.jobs.locks import WorkerLock
from app.jobs.record import Job, JobConflict, JobNotFound
from app.jobs.store import JobStore
from app.settings import CODE, Settings
from sac.errors import DeskError, StorageError
from sac.files import explained, private

__all__ = ["Job", "JobConflict", "JobNotFound", "Jobs", "jobs_of", "log_path"]

WORKER = (sys.executable, "-m", "app.worker")
LOG_TAIL = 200_000  # bytes of a log that a page shows at most
ENDED = (
    "The process ended unexpectedly (killed, out of memory, or the disk was full). Nothing half-done was "
    "kept; start it again."
)


def log_path(folder: Path, job_id: str) -> Path:
    return folder / f"{job_id}.log"


class Jobs:
    """All jobs of one data root.

    The truth is on disk (records, locks, logs), so that any number of these objects, in any number of
    processes, see the same jobs, also across restarts of the server.
    """

    def __init__(
        self, root: Settings, *, worker: Sequence[str] = WORKER, patience_seconds: float = 10.0
    ) -> None:
        """`worker`: the command that a job's id is added to; `patience_seconds`: from SIGTERM to SIGKILL."""
        self._root = root
        self._folder = root.jobs.absolute()
        self._store = JobStore(self._folder)
        self._worker = tuple(worker)
        self._patience_seconds = patience_seconds
        self._children: dict[str, subprocess.Popen[bytes]] = {}  # those that this object started
        # When this object first saw a job as cancelling. Not by the record's clock: that can be set.
        self._cancelling_since: dict[str, float] = {}

    def submit(
        self, kind: Kind[Asked, Given], subject: str, request: Asked, actor: str, job_id: str | None = None
    ) -> Job:
        """Start a job. Raises JobConflict for a busy subject, and DeskError for a request that cannot run.

        `job_id`: who names a job can ask for it twice and start it once; by default a new one.
        """
        kind.check(subject, request, self._root)
        self.reconcile()  # a dead job must not block its subject
        job_id = job_id or token_hex(6)
        with explained(self._folder), closing(WorkerLock(self._folder, job_id)) as lock:
            try:
                self._store.add(job_id, subject, kind.name, request.plain(), actor, lock.acquire)
            except JobConflict as busy:
                wait = "wait until it has finished, or cancel it"
                raise JobConflict(f"{subject} is already being {kind.doing}: {wait}.", busy.job_id) from None
            try:
                self._children[job_id] = self._spawn(job_id, lock, kind.secrets)
            except OSError as refused:
                error = f"The process could not be started: {refused}."
                self._store.finish(job_id, "failed", error=error)
                raise DeskError(error) from refused
        return self._store.get(job_id)

    def get(self, job_id: str) -> Job:
        """One job as it is now. Raises JobNotFound."""
        self.reconcile()
        return self._store.get(job_id)

    def list(self, limit: int = 50, kinds: Sequence[Kind[Any, Any]] = ()) -> list[Job]:
        """The latest jobs as they are now, newest first; of these kinds only, where some are named."""
        self.reconcile()
        return self._store.newest(limit, [kind.name for kind in kinds])

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; one that has ended stays as it is. Raises JobNotFound."""
        self.reconcile()
        if self._store.ask_to_stop(job_id):
            self._cancelling_since[job_id] = time.monotonic()
            # Without a pid no worker has claimed the job: it will see the status when it does.
            self._signal(self._store.get(job_id), signal.SIGTERM)
        return self._store.get(job_id)

    def reconcile(self) -> None:
        """Make the records true: close those of dead workers, and kill those that outstay a cancellation."""
        now = time.monotonic()
        active = self._store.active()
        self._cancelling_since = {
            job.id: self._cancelling_since.get(job.id, now) for job in active if job.status == "cancelling"
        }
        for job in active:
            if self._alive(job):
                if now - self._cancelling_since.get(job.id, now) > self._patience_seconds:
                    self._signal(job, signal.SIGKILL)
                continue
            # The worker closes its record before it lets go of its lock, so this changes no final word.
            with suppress(StorageError):  # it is closed when that can be written
                if job.status == "cancelling":
                    self._store.finish(job.id, "cancelled")
                else:
                    self._store.finish(job.id, "failed", error=ENDED)
        for job_id, child in tuple(self._children.items()):
            if child.poll() is not None:  # this also reaps the zombie
                self._children.pop(job_id, None)

    def next_in_line(self, job_id: str) -> bool:
        """Whether no earlier job still waits for its turn."""
        self.reconcile()  # a dead one must not hold up the others
        waiting = (job.id for job in self._store.active() if job.status == "queued")
        return next(waiting, job_id) == job_id

    def curve(self, job_id: str) -> pd.DataFrame:
        """A job's learning curve: a column `update`, ascending, and one column per figure."""
        return self._store.curve(job_id)

    def log(self, job_id: str) -> str:
        """The end of what a job's worker wrote. Raises JobNotFound."""
        path = log_path(self._folder, self._store.get(job_id).id)
        with explained(path), suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_TAIL))
            return file.read().decode(errors="replace")
        return ""

    def _spawn(self, job_id: str, lock: WorkerLock, secrets: Sequence[str]) -> subprocess.Popen[bytes]:
        with open(log_path(self._folder, job_id), "ab", opener=private) as log:
            return subprocess.Popen(
                [*self._worker, job_id],
                cwd=CODE,  # `-m` puts it on the import path
                env=self._root.child_environment(secrets),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the server is not meant for the worker
                pass_fds=lock.handles,
            )

    def _alive(self, job: Job) -> bool:
        try:
            with closing(WorkerLock(self._folder, job.id)) as lock:
                return not lock.free()
        except StorageError:  # nobody can tell: it is not closed as dead
            return True

    def _signal(self, job: Job, number: signal.Signals) -> None:
        if job.pid is not None and self._alive(job):  # else the number may be another process by now
            with suppress(ProcessLookupError):
                os.killpg(job.pid, number)


@lru_cache(maxsize=4)
def jobs_of(root: Settings) -> Jobs:
    """The jobs of a data root: one object a process, because it reaps the processes that it started."""
    return Jobs(root)
