"""Trainings whose work a Ray cluster does. The process that waits for it loads no torch."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sac.cluster import LOOKS, Board, cluster
from sac.config import FineTuneSettings, TrainingSettings
from sac.errand import Delivery, Errand, done, keep_fitted
from sac.errors import DeskError
from sac.forward import forward_record
from sac.market import MarketPanel
from sac.progress import Progress, Report, unwatched
from sac.promotion import Policy
from sac.registry import Registry, Version
from sac.registry.packing import brought
from sac.wanted import Outcome, Wanted, entered, existing

__all__ = ["finetune", "full"]

_TRIES = 2  # of a task whose worker is lost
_LOOK_SECONDS = 0.5  # between two looks at the task: a stop is noticed then
_TELL_SECONDS = 0.25  # between two words of a worker that say little
_LAST_SECONDS = 10.0  # for the last words
_GONE = "Nothing was saved: start the training again, there or on this machine (without SAC_DESK_RAY)."


def full(
    variant: str,
    panel: MarketPanel,
    settings: TrainingSettings,
    registry: Registry,
    cache: Path,
    address: str,
    report: Report = unwatched,
    policy: Policy = "manual",
    cores: int = 1,
) -> Outcome:
    """`sac.training.full`, its work done by a task of so many CPUs on the cluster at `address`.

    The version comes back as bytes and passes every check of one that was made here; ledger and promotion
    are this desk's. Raises as that does, and DeskError where the cluster cannot be reached, goes away, or
    loses the worker twice.
    """
    return _trained(Wanted.full(variant, panel, settings), registry, cache, address, report, policy, cores)


def finetune(
    variant: str,
    panel: MarketPanel,
    registry: Registry,
    cache: Path,
    address: str,
    report: Report = unwatched,
    tuning: FineTuneSettings | None = None,
    policy: Policy = "manual",
    cores: int = 1,
) -> Outcome:
    """`sac.training.finetune`, its work done on the cluster as `full`'s is."""
    wanted = Wanted.finetune(variant, panel, registry, tuning)
    return _trained(wanted, registry, cache, address, report, policy, cores)


def _trained(
    wanted: Wanted,
    registry: Registry,
    cache: Path,
    address: str,
    report: Report,
    policy: Policy,
    cores: int,
) -> Outcome:
    forward = partial(forward_record, panel=wanted.panel, cache=cache)
    found = existing(wanted, registry, policy, forward)
    if found:
        return found
    with cluster(address, _GONE) as look:
        away = _Away(wanted.panel, Errand.of(wanted, registry, cache, cores), address, report, look)
        away.begin()  # a training that is refused before any work is none: no ledger counts it

        def save(delivery: Delivery) -> Version:
            keep_fitted(delivery.fitted, cache)
            pack = partial(brought, wanted.variant, wanted.name, delivery.files)
            return registry.publish(wanted.variant, wanted.name, pack)

        return entered(wanted, registry, policy, forward, away.delivered, save)


class _Away:
    """An errand on its way: a task of the cluster, what it tells, and another where its worker is lost."""

    def __init__(
        self, panel: MarketPanel, errand: Errand, address: str, report: Report, look: Callable[[], None]
    ) -> None:
        import ray

        self._given = ray.put(panel), ray.put(errand)
        self._cores, self._report, self._look = errand.cores, report, look
        self._last = Progress("data", 0.0, f"Waiting for {_cpus(errand.cores)} of the cluster at {address}")
        self._tries = 0
        self._start()

    def begin(self) -> None:
        """Wait until its work begins. Raises DeskError where it is refused before; Cancelled."""
        while self._last.stage == "data" and not (self._ended.done() and self._result()):
            self._wait()

    def delivered(self) -> Delivery:
        """Wait for its end. Raises DeskError where it fails; Cancelled."""
        while (delivery := self._result() if self._ended.done() else None) is None:
            self._wait()
        for _ in range(2):  # what was asked before the end, and what was told since
            self._listen(_LAST_SECONDS)
        return delivery

    def _start(self) -> None:
        import ray

        self._tries += 1
        board: Any = ray.remote(num_cpus=0, max_restarts=-1)(Board)
        self._board = board.remote()
        task = ray.remote(num_cpus=self._cores, max_retries=0)(_task)
        self._ended: Future[Delivery | str] = task.remote(*self._given, self._board).future()
        self._news: Future[list[Progress]] = self._board.news.remote().future()

    def _wait(self) -> None:
        """A moment; what was told meanwhile is told on."""
        time.sleep(_LOOK_SECONDS)
        self._listen()
        self._report(replace(self._last, curve={}))  # also without news: it may stop us
        self._look()

    def _listen(self, seconds: float = 0.0) -> None:
        if not wait([self._news], seconds).done:
            return
        told = [] if self._news.exception() else self._news.result()  # a board that is lost comes back empty
        self._news = self._board.news.remote().future()
        for progress in told:
            self._last = replace(progress, fraction=max(progress.fraction, self._last.fraction))
            self._report(self._last)

    def _result(self) -> Delivery | None:
        """What the task gave; None where its worker was lost and another one starts."""
        import ray

        try:
            given = self._ended.result()
        except ray.exceptions.RayTaskError as error:
            raise RuntimeError(f"The training failed on the cluster:\n{error}") from error
        except ray.exceptions.RuntimeEnvSetupError as error:
            raise DeskError(f"The cluster cannot set up a worker for the training: {error}") from error
        except ray.exceptions.RayError as lost:
            if self._tries == _TRIES:
                raise DeskError(
                    f"The worker that trained was lost {_TRIES} times, perhaps for want of memory. Nothing "
                    "was saved: look at the cluster, then start the training again."
                ) from lost
            self._last = replace(self._last, message="The worker was lost: the training starts once more")
            for _ in range(LOOKS):  # was it the whole cluster? To start a task without one takes for ever
                self._wait()
            self._start()
            return None
        if isinstance(given, str):
            raise DeskError(given)
        return given


def _cpus(count: int) -> str:
    return "a CPU" if count == 1 else f"{count} CPUs"


def _task(panel: MarketPanel, errand: Errand, board: Any) -> Delivery | str:
    """The errand on a worker; in place of a delivery why it was refused."""
    import ray

    stage, told, last = "", 0.0, None

    def tell(progress: Progress) -> None:
        nonlocal stage, told, last
        now = time.monotonic()
        if progress.stage != stage or progress.curve or now - told > _TELL_SECONDS:
            stage, told, last = progress.stage, now, board.tell.remote(progress)

    tell(Progress("data", 0.0, f"Starting on {socket.gethostname()}"))
    try:
        return done(panel, errand, tell)
    except DeskError as refused:
        return str(refused)
    finally:
        ray.wait([last], timeout=_LAST_SECONDS)  # the board hears in order, so it has heard everything
