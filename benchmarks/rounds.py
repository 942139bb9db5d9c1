"""Contenders take turns: each trains in a process of its own, on one thread, from its own training loop.

Between its rounds a contender waits while the others run. Time is the process's CPU time.
"""

import contextlib
import dataclasses
import importlib
import importlib.util
import itertools
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

# torch and numpy only in the contenders' processes: on Linux a child's peak memory begins with its parent's.
from sac.config import PRESETS, Constraints, SACSettings
from sac.threads import one_thread

if TYPE_CHECKING:
    from sac.agent.environment import PortfolioEnvironment

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NPROC": "1",  # JAX's pool
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}
SGEMM = 512  # rows and columns of the product that shows what the machine can do
BLOCK = 32  # our agents draw random numbers for so many updates at once: a round pays for whole blocks


@dataclass(frozen=True)
class Contender:
    """One row: who trains what."""

    name: str
    trainer: str = "ours"  # or "sgemm", or MODULE.FUNCTION of benchmarks.libraries
    preset: str = "plan"
    agents: int = 1
    stocks: int = 15
    weeks: int = 936
    needs: str | None = None  # the package that a library comes with
    fill_replay: bool = False  # warm up until the replay is full, to see its memory

    @property
    def settings(self) -> SACSettings:
        """The preset's."""
        settings = PRESETS[self.preset]["sac"]
        assert isinstance(settings, SACSettings)
        warmup = settings.buffer_size if self.fill_replay else settings.warmup_steps
        return dataclasses.replace(settings, warmup_steps=warmup)

    @property
    def installed(self) -> bool:
        """Whether it can run here."""
        return self.needs is None or importlib.util.find_spec(self.needs) is not None

    def chunk(self, updates: int) -> int:
        """Updates between two reports, so that a round is about that many agent-updates."""
        return BLOCK * max(1, round(updates / self.agents / BLOCK))


@dataclass(frozen=True)
class Report:
    """What a contender's process says after each chunk."""

    updates: int
    cpu_seconds: float
    peak: float  # MB so far


@dataclass
class Measurement:
    """What became of a contender: rounds are agent-updates per CPU-second."""

    contender: Contender
    problem: str = ""
    first: Report | None = None  # start-up, warm-up, compiling and one chunk
    rounds: list[Report] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Agent-updates per CPU-second, round by round."""
        return [self.contender.agents * r.updates / r.cpu_seconds for r in self.rounds]

    @property
    def rate(self) -> float:
        """Their median."""
        return statistics.median(self.rates)

    @property
    def start_up(self) -> float:
        """CPU seconds before the agent trains at its speed: warm-up and compiling."""
        assert self.first is not None
        return max(0.0, self.first.cpu_seconds - self.contender.agents * self.first.updates / self.rate)


class Over(Exception):  # noqa: N818
    """There are no more rounds."""


def serve(pipe: Connection, contender: Contender, updates: int) -> None:
    """Train, and after each chunk send a report and wait for the next round."""
    os.environ.update(ONE_THREAD)
    one_thread()
    if contender.needs:
        importlib.import_module(contender.needs)
    trainer = trainer_of(contender)
    market = environment(contender)
    began, before = time.process_time(), 0

    def tick(done: int) -> None:
        nonlocal began, before
        pipe.send(Report(done - before, time.process_time() - began, peak_memory()))
        if not pipe.recv():
            raise Over
        began, before = time.process_time(), done

    with contextlib.suppress(Over):
        trainer(market, contender.settings, contender.chunk(updates), tick)


def trainer_of(contender: Contender) -> Callable[..., None]:
    """A function of (environment, settings, chunk, tick) that trains until tick raises."""
    if contender.trainer in ("ours", "sgemm"):
        return {"ours": ours, "sgemm": sgemm}[contender.trainer]
    module, _, function = contender.trainer.partition(".")
    trainer: Callable[..., None] = getattr(
        importlib.import_module(f"benchmarks.libraries.{module}"), function
    )
    return trainer


def ours(
    market: "PortfolioEnvironment", settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """The product's own training loop, its learning curve included."""
    from sac.agent.learner_group import LearnerGroup
    from sac.agent.learners.curve import LearningCurve

    learner = LearnerGroup.here(market, list(range(market.agents)), settings)
    curve = LearningCurve(settings.updates, lambda done, values: None)
    for done in itertools.count(chunk, chunk):
        curve.follow(learner, chunk)
        tick(done)


def sgemm(market: object, settings: SACSettings, chunk: int, tick: Callable[[int], None]) -> None:
    """Products of two matrices: what a core can do at most."""
    import torch

    a, b, out = (torch.rand(SGEMM, SGEMM) for _ in range(3))
    for done in itertools.count(1):
        torch.mm(a, b, out=out)
        if done % chunk == 0:
            tick(done)


def environment(contender: Contender) -> "PortfolioEnvironment":
    """A market of random walks with random forecasts: speed does not depend on prices."""
    import numpy as np
    import pandas as pd

    from sac.agent import PortfolioScaler
    from sac.agent.environment import PortfolioEnvironment, flat_features
    from sac.market import build_panel, exchange_sessions

    last, rng = np.datetime64("2022-12-23"), np.random.default_rng(0)
    days = exchange_sessions(last - np.timedelta64(7 * (contender.weeks + 4), "D"), last)
    walks = 100.0 * np.exp(rng.normal(0.0003, 0.012, (len(days), contender.stocks)).cumsum(0))
    symbols = [f"S{i:03d}" for i in range(contender.stocks)]
    closes = pd.DataFrame(walks, index=pd.DatetimeIndex(days), columns=symbols)
    panel = build_panel({"close": closes}, source="random walks", note="")
    panel = panel.with_forecasts(rng.normal(0.0, 0.01, panel.returns.shape))
    features = flat_features(PortfolioScaler.fit(panel.features).transform(panel.features))
    return PortfolioEnvironment.over(
        panel,
        features[None],
        [0] * contender.agents,
        [contender.weeks] * contender.agents,
        contender.settings,
        Constraints(),
    )


def peak_memory() -> float:
    """The most that this process has held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def measure(contenders: Sequence[Contender], rounds: int, updates: int) -> list[Measurement]:
    """Start every contender, then let them take turns; one that fails leaves its reason."""
    spawn = multiprocessing.get_context("spawn")
    results, workers = [], []
    for contender in contenders:
        result = Measurement(contender)
        results.append(result)
        if not contender.installed:
            result.problem = f"{contender.needs} is not installed: pip install -e .[bench]"
            continue
        pipe, child = spawn.Pipe()
        process = spawn.Process(target=serve, args=(child, contender, updates), daemon=True)
        process.start()
        child.close()
        workers.append((result, pipe, process))
        result.first = _next(result, pipe)
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", end="\r", file=sys.stderr, flush=True)
        for result, pipe, _ in workers:
            if not result.problem:
                pipe.send(True)
                report = _next(result, pipe)
                result.rounds += [report] if report else []
    for result, pipe, process in workers:
        if not result.problem:
            pipe.send(False)
        process.join()
    return results


def _next(result: Measurement, pipe: Connection) -> Report | None:
    try:
        report: Report = pipe.recv()
    except EOFError:
        result.problem = "failed, see its message above"
        return None
    return report
