"""Processes beside this one: spawned, of one thread each, killed when their work is wanted no more."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from sac.threads import one_thread

__all__ = ["pool"]

# Spawn: a fork of a process that has used torch may hang.
_SPAWN = multiprocessing.get_context("spawn")


@contextmanager
def pool(count: int, setup: Callable[..., None] | None = None, *given: Any) -> Iterator[ProcessPoolExecutor]:
    """A pool of so many processes, each set up once; on leaving they are killed, whatever they do."""
    executor = ProcessPoolExecutor(count, _SPAWN, _begin, (setup, given))
    try:
        yield executor
    finally:
        for child in list((executor._processes or {}).values()):  # else a stop would wait for work that runs
            child.kill()
        executor.shutdown(cancel_futures=True)


def _begin(setup: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    """One thread; the end is the parent's business, and its end is ours."""
    one_thread()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a job's stop reaches the whole process group
    threading.Thread(target=_follow_parent, daemon=True).start()
    if setup:
        setup(*given)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
