"""Packs of trials side by side in processes of this machine."""

from collections.abc import Iterator

from sac.experiments.gathering import gathered
from sac.experiments.pack import train_pack
from sac.experiments.result import TrialResult
from sac.experiments.running import Execute, Packs, Panels, Tell, Train
from sac.processes import pool, survived

__all__ = ["on_processes"]


def on_processes(count: int, train: Train = train_pack) -> Execute:
    """Trains packs in so many processes of one thread each: results are the same to the byte as in one.

    Raises DeskError when a process dies; what was finished by then has been handed over.
    """

    def execute(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        remedy = "Finished trials are kept: start the same sweep with fewer processes, and it goes on there."
        with survived("trained trials", remedy), pool(count) as executor:
            running = {
                executor.submit(train, panels[pack[0].symbols], pack, _unwatched): pack for pack in packs
            }
            for future, _ in gathered(running, tell, f"in {count} processes"):
                yield future.result()

    return execute


def _unwatched(fraction: float) -> None:
    """Nobody listens within a pack."""
