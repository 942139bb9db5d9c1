"""Packs of trials as tasks of a Ray cluster. Nothing else imports Ray, and this only when it is asked for."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import torch

import sac
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
_LOOKS = 4  # in vain, in a row, until the cluster counts as gone
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def on_ray(address: str, train: Train = train_pack) -> Execute:
    """Trains packs on the cluster at `address` ("local" starts one on this machine).

    Our code travels with the tasks and results come back as bytes: workers need Python, torch and the other
    dependencies, but no shared disk. Raises DeskError when the cluster cannot be reached, goes away, or loses
    a pack for good; what was finished by then has been handed over.
    """

    def execute(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        import ray

        _connect(address)
        there = True
        try:
            yield from _finished(packs, panels, _watched(address, tell), train)
        except (ray.exceptions.RayError, ConnectionError) as lost:
            there = False
            raise DeskError(
                f"The Ray cluster at {address} went away. Finished trials are kept: "
                "start the same sweep again, with or without --ray, and it goes on there."
            ) from lost
        finally:
            if there:  # else Ray would look for the cluster for a minute, and then end this process
                ray.shutdown()  # the cluster stops what still trains for us

    return execute


def _connect(address: str) -> None:
    import ray

    environment = {"py_modules": [str(Path(sac.__file__).parent)], "env_vars": _ONE_THREAD}
    try:
        _check_listening(address)
        ray.init(address=address, runtime_env=environment, log_to_driver=False)
    except (OSError, RuntimeError, ValueError) as refused:
        raise DeskError(
            f"No Ray cluster answers at {address} ({refused}). Start one with `ray start --head`, or give "
            "the address that it printed."
        ) from refused


def _check_listening(address: str) -> None:
    """Raises OSError where nobody listens: Ray itself would try for minutes, and may end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=5.0).close()


def _watched(address: str, tell: Tell) -> Tell:
    """The same, but it raises ConnectionError when nobody has listened at the address for a while."""
    missed = 0

    def progress(fraction: float, news: str) -> None:
        nonlocal missed
        tell(fraction, news)
        try:
            _check_listening(address)
            missed = 0
        except OSError as silent:
            missed += 1
            if missed == _LOOKS:
                raise ConnectionError(str(silent)) from silent

    return progress


def _finished(packs: Packs, panels: Panels, tell: Tell, train: Train) -> Iterator[list[TrialResult]]:
    """Results pack by pack, as workers finish them."""
    import ray

    task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_task)
    shared = {symbols: ray.put(panel) for symbols, panel in panels.items()}
    running: dict[Future[list[bytes]], list[SweepTrial]] = {
        task.remote(shared[pack[0].symbols], pack, torch.__version__, train).future(): pack for pack in packs
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


def _task(panel: MarketPanel, pack: list[SweepTrial], version: str, train: Train) -> list[bytes]:
    """A pack on a worker."""
    if torch.__version__ != version:  # its last bits would be others
        raise DeskError(f"the worker has torch {torch.__version__}, the desk {version}: install the same.")
    one_thread()
    return [pack_json(result) for result in train(panel, pack, lambda fraction: None)]
