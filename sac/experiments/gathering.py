"""Packs that train in other processes: their results, as they come."""

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from sac.experiments.running import Tell, work_of
from sac.experiments.sweep import SweepTrial

__all__ = ["gathered"]

_T = TypeVar("_T")
_LOOK_SECONDS = 0.5  # between two looks; a stop is noticed then


def gathered(
    running: Mapping[Future[_T], list[SweepTrial]], tell: Tell, where: str
) -> Iterator[tuple[Future[_T], list[SweepTrial]]]:
    """Every future with its pack, as soon as it is done, for better or worse. `tell` may raise to stop."""
    waiting, done, finished = dict(running), 0, 0
    total, trials = sum(map(work_of, waiting.values())), sum(map(len, waiting.values()))
    while waiting:
        tell(done / total, f"{finished} of {trials} trials finished {where}")
        ready, _ = wait(waiting, _LOOK_SECONDS, FIRST_COMPLETED)
        for future in ready:
            pack = waiting.pop(future)
            done += work_of(pack)
            finished += len(pack) if future.exception() is None else 0
            yield future, pack
