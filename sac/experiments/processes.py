"""Packs of trials side by side in processes of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from sac.errors import DeskError
from sac.experiments.gathering import gathered
from sac.experiments.pack import train_pack
from sac.experiments.result import TrialResult
from sac.experiments.running import Execute, Packs, Panels, Tell, Train
from sac.threads import one_thread

__all__ = ["on_processes"]


def on_processes(count: int, train: Train = train_pack) -> Execute:
    """Trains packs in so many processes of one thread each: results are the same to the byte as in one.

    Raises DeskError when a process dies; what was finished by then has been handed over.
    """

    def execute(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        # Spawn: a fork of a process that has used torch may hang.
        pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _settle)
        running = {pool.submit(train, panels[pack[0].symbols], pack, _unwatched): pack for pack in packs}
        try:
            for future, _ in gathered(running, tell, f"in {count} processes"):
                yield future.result()
        except BrokenProcessPool as died:
            raise DeskError(
                "A process that trained trials died, perhaps for want of memory. Finished trials are kept: "
                "start the same sweep again, with fewer processes, and it goes on there."
            ) from died
        finally:
            for child in multiprocessing.active_children():  # else a stop would wait for the packs at work
                child.kill()
            pool.shutdown(cancel_futures=True)

    return execute


def _settle() -> None:
    """One thread; the end is the parent's business, and its end is ours."""
    one_thread()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a job's stop reaches the whole process group
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _unwatched(fraction: float) -> None:
    """Nobody listens within a pack."""
