"""The process of one job: `python -m app.worker JOB_ID`."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from app.decisions import acting
from app.jobs.locks import slot_lock
from app.jobs.queue import jobs_of
from app.jobs.record import MESSAGES, Status
from app.jobs.store import JobStore
from app.settings import Settings, choose_file_rights, settings
from app.tasks.kinds import KINDS
from sac.database import patiently
from sac.errors import Cancelled, DeskError, StorageError
from sac.files import refusal_of
from sac.progress import Progress
from sac.text import printable, trace

__all__ = ["main"]

NICENESS = 10  # the dashboard comes first
WRITE_SECONDS = 0.5  # between two writes of mere progress
POLL_SECONDS = 0.5  # between two looks at the slot
PATIENCE_SECONDS = 600.0  # that a record waits for a full disk or a locked database, before it is given up

T = TypeVar("T")


class Watch:
    """What a job's work reports to: it writes the record, and stops the work when somebody asked for it."""

    def __init__(self, store: JobStore, job_id: str) -> None:
        self._store = store
        self._job_id = job_id
        self._stopped = False
        self._stage = ""
        self._tenth = -1
        self._written = 0.0

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: only a flag, so that no write is torn."""
        self._stopped = True

    def check(self, wanted: bool = True) -> None:
        """Raise Cancelled after a stop signal, or when the record says that the job is to stop."""
        if self._stopped or not wanted:
            raise Cancelled

    def __call__(self, progress: Progress) -> None:
        self.check()
        now = time.monotonic()
        if progress.stage == self._stage and not progress.curve and now - self._written < WRITE_SECONDS:
            return
        self._log(progress)
        self._stage, self._written = progress.stage, now
        with suppress(
            StorageError
        ):  # only a look at the work: that goes on, and its end is written patiently
            self.check(self._store.advance(self._job_id, progress))

    def _log(self, progress: Progress) -> None:
        tenth = int(progress.fraction * 10)
        if progress.stage != self._stage or tenth != self._tenth:
            log(f"{progress.stage} {progress.fraction:.0%} {progress.message}")
        self._tenth = tenth


def log(line: str) -> None:
    """One line of the job's log, which is this process's output. On a full disk it is left out."""
    with suppress(OSError):
        print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  {printable(line)}", flush=True)


def main(job_id: str) -> int:
    """Do one job from its record, and close the record. 0 when it succeeded or was cancelled."""
    root = settings()
    choose_file_rights()
    store = JobStore(root.jobs)
    watch = Watch(store, job_id)
    signal.signal(signal.SIGTERM, watch.stop)
    os.nice(max(0, NICENESS - os.nice(0)))  # a job that another one started is as nice as it already
    if not _patient(lambda: store.claim(job_id, os.getpid())):
        log("This job has ended, or another process is doing it.")
        return 1
    acting.finish_moves(root)
    return perform(store, watch, root, job_id)


def perform(store: JobStore, watch: Watch, root: Settings, job_id: str) -> int:
    """Wait for the job's turn if it takes one, run it, and write how it ended."""
    slot = slot_lock(root.jobs)
    try:
        status, ending = _ended(store, watch, root, job_id, slot)
        _patient(lambda: store.finish(job_id, status, **ending), slot.release)
    finally:
        slot.release()
    log(f"Failed: {ending['error']}" if status == "failed" else MESSAGES[status])
    return int(status == "failed")


def _ended(
    store: JobStore, watch: Watch, root: Settings, job_id: str, slot: FileLock
) -> tuple[Status, dict[str, Any]]:
    """Do the work; how it ended, and the error or the result."""
    try:
        name = _patient(lambda: store.get(job_id)).kind
        kind = KINDS.get(name)
        if kind is None:
            raise DeskError(f"This release has no kind of job {name!r}: it knows {', '.join(KINDS)}.")
        if kind.takes_turns and not kind.away(root):
            await_turn(root, store, watch, job_id, slot)
        watch.check(_patient(lambda: store.start(job_id), watch.check))
        job = _patient(lambda: store.get(job_id), watch.check)
        return "succeeded", {"result": kind.perform(job, root, watch)}
    except Cancelled:
        return "cancelled", {}
    except DeskError as refused:
        return "failed", {"error": str(refused)}
    except Exception as error:
        with suppress(OSError):
            print(trace(), flush=True)
        refusal = refusal_of(error, root.data) if isinstance(error, OSError) else None
        unexpected = "It stopped at an error that nobody foresaw: the log has the details."
        return "failed", {"error": str(refusal or unexpected)}


def _patient(operation: Callable[[], T], meanwhile: Callable[[], object] = bool) -> T:
    """What the record must hear, or say: as soon as the disk has room, or whoever locks it lets go.

    Raises StorageError in the end.
    """
    return patiently(operation, PATIENCE_SECONDS, StorageError, meanwhile)


def await_turn(root: Settings, store: JobStore, watch: Watch, job_id: str, slot: FileLock) -> None:
    """Take the slot when it is free and no earlier job waits for it. Raises Cancelled."""
    announced = False
    while True:
        watch.check()
        with suppress(Timeout):
            if _patient(lambda: jobs_of(root).next_in_line(job_id), watch.check):
                slot.acquire(timeout=0)
                break
        if not announced:
            with suppress(StorageError):
                watch.check(store.wait(job_id, "Waiting for another training to finish"))
                announced = True
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m app.worker JOB_ID")
    sys.exit(main(sys.argv[1]))
