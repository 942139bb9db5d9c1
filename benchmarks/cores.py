"""What more cores are worth to a training: measured with those that are here, expected with up to sixteen.

python -m benchmarks.cores [--variants sac_lstm sac_patchtst ppo_lstm] [--preset plan] [--cores 1 2]
                           [--agents 15] [--years 18] [--parts click trainings]
`click`: the three models that one click on an empty desk trains, as jobs, to the end of the last.
`trainings`: of the sample, in empty folders, each in a process of its own. The curve is a simulation of
`--agents` agents and forecasters of `--years` years: every forecaster, group of agents and start of a helper
takes what it took here on one core; those that are free take the next forecaster, agents are shared out
evenly, the rest is one core's. It knows nothing of memory that cores share.
"""

import argparse
import hashlib
import heapq
import multiprocessing
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.alone import alone, peak_memory
from benchmarks.speed import table
from sac.config import DEMO_VARIANTS, PRESETS, VARIANTS, TrainingSettings, preset_settings
from sac.threads import one_thread

if TYPE_CHECKING:
    from sac.market import MarketPanel

SIMULATED = (1, 2, 3, 4, 6, 8, 12, 16)
UPDATES = 320  # of a group of agents whose speed is measured


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--variants", nargs="+", default=list(DEMO_VARIANTS), choices=VARIANTS)
    parser.add_argument("--preset", default="plan", choices=PRESETS)
    parser.add_argument("--cores", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--agents", type=int, default=15)
    parser.add_argument("--years", type=int, default=18)
    parser.add_argument("--parts", nargs="+", default=["click", "trainings"], choices=["click", "trainings"])
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; preset {asked.preset}")
    for cores in asked.cores if "click" in asked.parts else ():
        print(f"three models from the click, {cores} cores: {alone(clicked, cores):.0f} s", flush=True)
    for variant in asked.variants if "trainings" in asked.parts else ():
        found = {cores: alone(trained, variant, asked.preset, cores) for cores in asked.cores}
        print(f"\n{VARIANTS[variant].label}\n\n{measured_table(found)}", flush=True)
        whole = found.get(1) or alone(trained, variant, asked.preset, 1)
        costs = alone(costs_of, variant, asked.preset, asked.agents, whole["in all"])
        print(f"\n{simulated_table(costs, asked.agents, asked.years)}", flush=True)


def clicked(cores: int) -> float:
    """Seconds from a click on an empty desk to the end of its three trainings."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SAC_DESK_DATA": folder, "SAC_DESK_CORES": f"{cores}"}
        from app.jobs.queue import jobs_of
        from app.settings import settings
        from app.tasks.training import FULL, FullRequest

        jobs, began = jobs_of(settings()), time.perf_counter()
        started = [jobs.submit(FULL, each, FullRequest(preset="plan"), "benchmark") for each in DEMO_VARIANTS]
        while any(jobs.get(job.id).active for job in started):
            time.sleep(0.5)
        took = time.perf_counter() - began
        if failed := [now.error for job in started if (now := jobs.get(job.id)).status != "succeeded"]:
            raise SystemExit(f"A training failed: {failed[0]}")
    return took


def trained(variant: str, preset: str, cores: int) -> dict[str, Any]:
    """A full training in an empty folder: seconds of its stages, memory in MB, a digest of its version."""
    one_thread()
    from sac import training
    from sac.market import sample_panel
    from sac.registry import Registry

    panel, settings = sample_panel(), preset_settings(variant, preset)
    with tempfile.TemporaryDirectory() as folder:
        root, began = Path(folder), time.perf_counter()
        registry, cache = Registry(root / "models"), root / "cache"
        with watched_helpers() as added:
            outcome = training.full(variant, panel, settings, registry, cache, cores=cores)
        seconds = {"in all": time.perf_counter() - began, **outcome.version.metadata.seconds}
        files = sorted(path for path in root.rglob("*") if path.suffix in (".pt", ".parquet", ".pkl"))
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return {**seconds, "own": peak_memory(), "helper": max(added, default=0.0), "digest": digest}


@contextmanager
def watched_helpers() -> Iterator[list[float]]:
    """MB that each helper adds, again and again: its own pages, without libraries that processes share."""
    over, added = threading.Event(), list[float]()

    def watch() -> None:
        while not over.wait(0.2):
            for child in multiprocessing.active_children():
                with suppress(OSError):  # it has ended
                    status = Path(f"/proc/{child.pid}/status").read_text()
                    added.extend(float(kb) / 1024 for kb in re.findall(r"RssAnon:\s+(\d+)", status))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield added
    finally:
        over.set()
        thread.join()


def measured_table(found: dict[int, dict[str, Any]]) -> str:
    """A row per number of cores; the ratio is to the first."""
    rows, first = [], next(iter(found.values()))
    for cores, one in found.items():
        stages = [f"{one[stage]:.1f}" for stage in ("in all", "forecasts", "agents", "evaluation")]
        ratios = [f"{first[stage] / one[stage]:.2f}×" for stage in ("in all", "forecasts", "agents")]
        helper = f"{one['helper']:.0f}" if cores > 1 else "–"
        same = "yes" if one["digest"] == first["digest"] else "NO"
        rows.append([f"{cores}", *stages, *ratios, f"{one['own']:.0f}", helper, same])
    columns = ["cores", "seconds", "forecasts", "agents", "evaluation", "ratio", "forecasts", "agents"]
    return table([*columns, "MB", "MB a helper adds", "same bytes"], rows)


@dataclass(frozen=True)
class Costs:
    """Seconds of one core."""

    years: list[float]  # every forecaster, the costliest first
    groups: dict[int, float]  # a group of so many agents: all its updates
    start: float  # of a helper
    rest: float  # data, predictions, validation, evaluation, saving


def costs_of(variant: str, preset: str, agents: int, whole: float) -> Costs:
    """Measure every part of a training by itself; `whole`: seconds of all of it."""
    one_thread()
    from sac import processes
    from sac.forecast import training_weeks, walk_forward
    from sac.forecast.lessons import School
    from sac.market import sample_panel

    panel, settings = sample_panel(), preset_settings(variant, preset)
    with tempfile.TemporaryDirectory() as folder:
        school = School(panel, settings.forecast, Path(folder))
        years = [seconds(school.fit, year) for year in training_weeks(panel, settings.forecast)]
        forecasts = walk_forward(panel, settings.forecast, Path(folder))
    panel = panel.with_forecasts(forecasts.values, forecasts.alphas)
    own = (settings.evaluation_years + 1) * settings.members
    sizes = {own, *(largest_share(agents, cores) for cores in SIMULATED)}
    groups = {size: group_seconds(panel, settings, size) for size in sizes}

    def begun() -> None:
        with processes.helpers(1) as helpers:
            helpers[0].submit(os.getpid).result()

    rest = whole - sum(years) - groups[own]
    return Costs(sorted(years, reverse=True), groups, seconds(begun), rest)


def group_seconds(panel: "MarketPanel", settings: TrainingSettings, agents: int) -> float:
    """All updates of so many agents in one process, by the time of some of them."""
    from sac.agent import PortfolioScaler
    from sac.agent.environment import PortfolioEnvironment, flat_features
    from sac.agent.learner_group import LearnerGroup

    stop = panel.complete_steps
    features = flat_features(
        PortfolioScaler.fit(panel.features, settings.forecast.seen).transform(panel.features)
    )
    environment = PortfolioEnvironment.over(
        panel, features[None], [0] * agents, [stop] * agents, settings.agent, settings.constraints
    )
    group = LearnerGroup.here(environment, list(range(agents)), settings.agent)
    group.run(UPDATES)  # warm-up
    return seconds(group.run, UPDATES) / UPDATES * settings.agent.updates


def seconds(work: Callable[..., object], *given: object) -> float:
    """Wall clock of a call."""
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


def largest_share(agents: int, cores: int) -> int:
    """Agents of the process that has most of them: no process has a single one."""
    return -(-agents // max(min(cores, agents // 2), 1))


def expected(costs: Costs, agents: int, years: int, cores: int) -> float:
    """Seconds of a training of so many agents and forecasters on so many cores."""
    fits = sorted([*costs.years, *[costs.years[0]] * years][:years], reverse=True)
    free = [0.0, *[costs.start] * (cores - 1)]  # when each process is
    for fit in fits:
        heapq.heapreplace(free, free[0] + fit)
    return max(free) + costs.groups[largest_share(agents, cores)] + costs.rest


def simulated_table(costs: Costs, agents: int, years: int) -> str:
    """Expected seconds and their ratio to one core's."""
    alone_seconds = expected(costs, agents, years, 1)
    rows = [
        [f"{cores}", f"{(on := expected(costs, agents, years, cores)):.0f}", f"{alone_seconds / on:.2f}×"]
        for cores in SIMULATED
    ]
    begin = f"Expected of {agents} agents and {years} forecasters; a helper starts in {costs.start:.1f} s, "
    return f"{begin}{costs.rest:.1f} s are one core's.\n\n{table(['cores', 'seconds', 'ratio'], rows)}"


if __name__ == "__main__":
    main()
