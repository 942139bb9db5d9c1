"""Processes beside this one: spawned, of one thread each, killed when their work is wanted no more."""

import multiprocessing
import os
import pickle
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol, TypeVar

from sac.errors import DeskError
from sac.threads import one_thread

__all__ = ["Handle", "LocalHandle", "RemoteHandle", "helpers", "pool", "shared_out", "survived"]

# Spawn: a fork of a process that has used torch may hang.
_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE = 0.5  # seconds between two looks of somebody who waits for the others

Item = TypeVar("Item")


@contextmanager
def pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of so many processes; on leaving they are killed, whatever they do."""
    executor = ProcessPoolExecutor(count, _SPAWN, _begin)
    try:
        yield executor
    finally:
        for child in list((executor._processes or {}).values()):  # else a stop would wait for work that runs
            child.kill()
        executor.shutdown(cancel_futures=True)


@contextmanager
def helpers(count: int) -> Iterator[list[Executor]]:
    """So many processes that help this one, each by itself: it keeps what it is told to hold.

    They start at once, and import torch while this process does something else.
    """
    with ExitStack() as stack:
        executors: list[Executor] = [stack.enter_context(pool(1)) for _ in range(count)]
        for executor in executors:
            executor.submit(os.getpid)
        yield executors


@contextmanager
def survived(what: str, remedy: str) -> Iterator[None]:
    """One clear failure when a process dies. Raises DeskError then."""
    try:
        yield
    except BrokenProcessPool as died:
        raise DeskError(f"A process that {what} died, perhaps for want of memory. {remedy}") from died


def shared_out(
    items: Sequence[Item],
    here: Callable[[Item], object],
    elsewhere: Sequence[Callable[[Item], Future[Any]]],
) -> Iterator[Item | None]:
    """Do something for every item, here or elsewhere: whoever is free takes the next.

    Yields every item that is done, and None now and then while it waits. Raises what one of them raised.
    """
    waiting = deque(items)
    ended = queue.SimpleQueue[tuple[Item, BaseException | None]]()

    def take(begin: Callable[[Item], Future[Any]]) -> None:
        try:
            item = waiting.popleft()
        except IndexError:  # nothing is left to do
            return

        def over(future: Future[Any]) -> None:
            ended.put((item, future.exception()))
            if not future.exception():
                take(begin)

        try:
            begin(item).add_done_callback(over)
        except RuntimeError as refused:  # the helper has died
            ended.put((item, refused))

    for begin in elsewhere:
        take(begin)
    left = len(items)
    while left:
        try:
            item = waiting.popleft()
        except IndexError:
            pass
        else:
            here(item)
            left -= 1
            yield item
        for done in _ended(ended, 0.0 if waiting else _PATIENCE):
            left -= done is not None
            yield done


def _ended(
    ended: "queue.SimpleQueue[tuple[Item, BaseException | None]]", patience: float
) -> Iterator[Item | None]:
    """What ended since the last look, or within so many seconds; then None. Raises what one raised."""
    with suppress(queue.Empty):
        while True:
            item, failure = ended.get(timeout=patience)
            if failure:
                raise failure
            yield item
            patience = 0.0
    yield None


class Handle(Protocol):
    """Something that is held here or in a helper."""

    def ask(self, method: str, *given: Any) -> Callable[[], Any]:
        """Let a method of it begin; the returned function waits for its result."""


class LocalHandle:
    """What is held here: a method of it runs when its result is waited for."""

    def __init__(self, held: object):
        self._held = held

    def ask(self, method: str, *given: Any) -> Callable[[], Any]:
        """A method of it, to be run by whoever waits."""
        return lambda: getattr(self._held, method)(*given)


class RemoteHandle:
    """What a helper makes and holds until it makes something else: its methods run there."""

    def __init__(self, executor: Executor, make: Callable[..., object], *given: Any):
        self._executor = executor
        self._made = executor.submit(_hold, pickle.dumps((make, given)))

    def ask(self, method: str, *given: Any) -> Callable[[], Any]:
        """Let a method of it begin there. Waiting raises BrokenProcessPool when the helper dies."""
        running = self.begin(method, *given)

        def result() -> Any:
            self._made.result()
            return pickle.loads(running.result())

        return result

    def begin(self, method: str, *given: Any) -> Future[bytes]:
        """The same, with its pickled result."""
        return self._executor.submit(_ask, pickle.dumps((method, given)))


# Pickled here: else processes hand tensors over in shared memory, of which containers have little.
_held: object = None  # of a helper


def _hold(pickled: bytes) -> None:
    global _held
    make, given = pickle.loads(pickled)
    _held = make(*given)


def _ask(pickled: bytes) -> bytes:
    method, given = pickle.loads(pickled)
    return pickle.dumps(getattr(_held, method)(*given))


def _begin() -> None:
    """One thread; the end is the parent's business, and its end is ours."""
    one_thread()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a job's stop reaches the whole process group
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
