"""Packs of trials side by side in processes of this machine."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

from sac.errors import DeskError
from sac.experiments.gathering import gathered
from sac.experiments.pack import train_pack
from sac.experiments.result import TrialResult
from sac.experiments.running import Execute, Packs, Panels, Tell, Train
from sac.processes import pool

__all__ = ["on_processes"]


def on_processes(count: int, train: Train = train_pack) -> Execute:
    """Trains packs in so many processes of one thread each: results are the same to the byte as in one.

    Raises DeskError when a process dies; what was finished by then has been handed over.
    """

    def execute(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        with pool(count) as executor:
            running = {
                executor.submit(train, panels[pack[0].symbols], pack, _unwatched): pack for pack in packs
            }
            try:
                for future, _ in gathered(running, tell, f"in {count} processes"):
                    yield future.result()
            except BrokenProcessPool as died:
                raise DeskError(
                    "A process that trained trials died, perhaps for want of memory. Finished trials are "
                    "kept: start the same sweep again, with fewer processes, and it goes on there."
                ) from died

    return execute


def _unwatched(fraction: float) -> None:
    """Nobody listens within a pack."""
