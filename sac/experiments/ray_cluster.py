"""Packs of trials as tasks of a Ray cluster."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future

from sac.cluster import check_alike, cluster, installed
from sac.errors import DeskError
from sac.experiments.gathering import gathered
from sac.experiments.pack import train_pack
from sac.experiments.result import TrialResult
from sac.experiments.running import Execute, Packs, Panels, Tell, Train
from sac.experiments.sweep import SweepTrial
from sac.market import MarketPanel
from sac.registry.codecs import pack_json, unpack_json
from sac.threads import one_thread

__all__ = ["on_ray"]

_RETRIES = 2  # of a task whose worker died
_KEPT = "Finished trials are kept: start the same sweep again, with or without --ray, and it goes on there."


def on_ray(address: str, train: Train = train_pack) -> Execute:
    """Trains packs on the cluster at `address` ("local" starts one on this machine).

    Our code travels with the tasks and results come back as bytes: workers need Python, torch and the other
    dependencies, but no shared disk. Raises DeskError when the cluster cannot be reached, goes away, or loses
    a pack for good; what was finished by then has been handed over.
    """

    def execute(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        with cluster(address, _KEPT) as look:

            def watched(fraction: float, news: str) -> None:
                tell(fraction, news)
                look()

            yield from _finished(packs, panels, watched, train)

    return execute


def _finished(packs: Packs, panels: Panels, tell: Tell, train: Train) -> Iterator[list[TrialResult]]:
    """Results pack by pack, as workers finish them."""
    import ray

    task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_task)
    shared, here = {symbols: ray.put(panel) for symbols, panel in panels.items()}, installed()
    running: dict[Future[list[bytes]], list[SweepTrial]] = {
        task.remote(shared[pack[0].symbols], pack, here, train).future(): pack for pack in packs
    }
    lost = 0
    for future, pack in gathered(running, tell, "on the cluster"):
        try:
            contents = future.result()
        except ray.exceptions.WorkerCrashedError:  # after all retries; the other packs go on
            lost += len(pack)
            continue
        except ray.exceptions.RayTaskError as error:
            raise DeskError(f"A trial failed on the cluster: {error.cause}") from error
        yield [unpack_json(content, TrialResult) for content in contents]
    if lost:
        raise DeskError(
            f"{lost} trials were lost: the worker that trained them died {_RETRIES + 1} times, perhaps for "
            "want of memory. The others are kept: start the same sweep again to try these once more."
        )


def _task(panel: MarketPanel, pack: list[SweepTrial], desk: Mapping[str, str], train: Train) -> list[bytes]:
    """A pack on a worker."""
    check_alike(desk)
    one_thread()
    return [pack_json(result) for result in train(panel, pack, lambda fraction: None)]
