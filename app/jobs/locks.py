"""Locks of jobs: whose turn it is, and which worker is alive."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from sac.files import explained

__all__ = ["WorkerLock", "slot_lock"]


def slot_lock(folder: Path) -> FileLock:
    """Held by the one worker whose turn it is."""
    return FileLock(folder / "slot.lock", thread_local=False)


class WorkerLock:
    """A lock that a job's worker inherits from whoever started it, and holds until it ends.

    So a job lives as long as its lock is held, from the first moment on. A pid would not do (a zombie looks
    alive, and numbers are reused), nor would a time that a worker is given to come up: clocks are set.
    """

    def __init__(self, folder: Path, job_id: str) -> None:
        self._path = folder / f"{job_id}.lock"
        self.handles: list[int] = []  # file descriptors for the process that inherits it

    def acquire(self) -> bool:
        """Take the lock; False where a living worker holds it. Raises StorageError."""
        with explained(self._path):
            return self._taken(os.O_RDWR | os.O_CREAT)

    def free(self) -> bool:
        """Whether no living worker holds it; makes no file. Raises StorageError where nobody can tell."""
        with explained(self._path), suppress(FileNotFoundError):
            return self._taken(os.O_RDONLY)
        return True

    def _taken(self, flags: int) -> bool:
        self.handles.append(os.open(self._path, flags, 0o644))
        try:
            fcntl.flock(self.handles[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go of it in this process; a worker that was started with it keeps it."""
        while self.handles:
            os.close(self.handles.pop())
