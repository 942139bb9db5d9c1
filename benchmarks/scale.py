"""What a sweep costs, in one process, in two, on a Ray cluster of two workers; or what a universe does.

python -m benchmarks.scale [--updates 2000] [--presets plan desk] [--parts single packed processes ray]
24 trials of one agent on the embedded sample, forecasts fitted before. Each way runs in a process of its
own; its time includes the start of its workers. CPU seconds and memory are those of the processes that train.

python -m benchmarks.scale --stocks 15 60 200 500 [--years 20] [--updates 3000] [--presets desk] [--quick]
Seconds and peak memory of every stage of a full training of sac_lstm, each in a process of its own, the
version's size, and the clicks to the first chart of Weights and Compare (--no-browser: without). Prices are
real returns drawn anew. --quick fits the smallest forecasters there are.
"""

import argparse
import functools
import hashlib
import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# torch only in the processes that train: they say how much memory they take.
from benchmarks.alone import alone, peak_memory
from benchmarks.universes import report
from sac.config import PRESETS
from sac.experiments.result import TrialResult
from sac.experiments.running import Execute, Packs, Panels, Tell
from sac.experiments.sweep import SweepTrial, sweep_of, trials_of
from sac.forecast import walk_forward
from sac.market import MarketPanel, sample_panel
from sac.threads import one_thread

WORKERS = 2
GRID = {"gamma": [0.9, 0.99], "init_alpha": [0.02, 0.2], "action_scale": [2, 5]}
PARTS = {
    "single": "one process, trial by trial",
    "packed": "one process, packed",
    "processes": f"{WORKERS} processes, packed",
    "ray": f"Ray, {WORKERS} workers, packed",
}


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--updates", type=int)
    parser.add_argument("--presets", nargs="+", choices=PRESETS)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--stocks", nargs="+", type=int, help="measure universes of so many stocks, no sweep")
    parser.add_argument("--years", type=int, default=20, help="of their prices")
    parser.add_argument("--quick", action="store_true", help="with the smallest forecasters")
    parser.add_argument("--runs", type=int, default=5, help="clicks on each page")
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args()
    if options.stocks:
        report(options)
    else:
        sweeps(options.presets or list(PRESETS), options.updates or 2_000, options.parts)


def sweeps(presets: list[str], updates: int, parts: list[str]) -> None:
    """Print a row per way of running the same sweep."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; 24 trials of {updates:,} updates")
    print(f"{'':32}{'trials/h':>10}{'wall s':>8}{'CPU s':>8}{'MB each':>9}  same bytes")
    with tempfile.TemporaryDirectory() as folder:
        alone(fitted, folder)
        for preset in presets:
            cpu, bytes_of = {}, {}
            for part in parts:
                found = alone(measured_part, part, preset, updates, folder)
                cpu[part], bytes_of[part] = found["cpu"], found["digest"]
                same = {digest for name, digest in bytes_of.items() if name != "single"}
                print(
                    f"{preset + ', ' + PARTS[part]:32}{24 * 3600 / found['wall']:10,.0f}{found['wall']:8.0f}"
                    f"{found['cpu']:8.0f}{found['mb']:9.0f}  "
                    f"{'' if part == 'single' else 'yes' if len(same) == 1 else 'NO'}",
                    flush=True,
                )
            if {"single", "packed"} <= cpu.keys():
                ratio = cpu["single"] / cpu["packed"]
                print(f"{preset}: one by one takes {ratio:.1f} times the CPU seconds of packing")


def fitted(folder: str) -> None:
    """Fit the forecasters once, for all."""
    walk_forward(sample_panel(), _trials("plan", 1)[0].settings.forecast, Path(folder))


def measured_part(part: str, preset: str, updates: int, folder: str) -> dict[str, Any]:
    """One way of running the sweep: wall and CPU seconds, the largest memory of a worker, a digest."""
    from sac.experiments.pack import packs_of
    from sac.registry.codecs import pack_json

    one_thread()
    trials, panel = _trials(preset, updates), sample_panel()
    forecasts = walk_forward(panel, trials[0].settings.forecast, Path(folder))
    panel = panel.with_forecasts(forecasts.values, forecasts.alphas)
    with tempfile.TemporaryDirectory() as notes:
        began, packs = time.perf_counter(), packs_of(trials)
        finished = execution(part, Path(notes))(packs, {trials[0].symbols: panel}, lambda *news: None)
        results = [result for pack in finished for result in pack]
        wall = time.perf_counter() - began
        notes_left = [json.loads(note.read_text()) for note in Path(notes).iterdir()]
    digest = hashlib.sha256(b"".join(sorted(map(pack_json, results)))).hexdigest()
    cpu, memory = sum(note["cpu"] for note in notes_left), max(note["mb"] for note in notes_left)
    return {"wall": wall, "cpu": cpu, "mb": memory, "digest": digest}


def execution(part: str, notes: Path) -> Execute:
    """The way of that name, with trainings that note what they cost."""
    train = functools.partial(noted, notes)
    if part == "ray":
        from ray import cloudpickle

        from sac.experiments.ray_cluster import on_ray

        # The workers do not have this module.
        cloudpickle.register_pickle_by_value(sys.modules[__name__])  # type: ignore[no-untyped-call]
        os.environ["RAY_AUTH_MODE"] = "disabled"
        return on_ray("local", train)
    if part == "processes":
        from sac.experiments.processes import on_processes

        return on_processes(WORKERS, train)

    def here(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
        for pack in packs:
            for together in [pack] if part == "packed" else [[trial] for trial in pack]:
                yield train(panels[pack[0].symbols], together, lambda fraction: None)

    return here


def noted(
    notes: Path, panel: MarketPanel, pack: list[SweepTrial], tell: Callable[[float], None]
) -> list[TrialResult]:
    """Train a pack, and leave a note of its CPU seconds and its process's memory."""
    from sac.experiments.pack import train_pack

    began = time.process_time()
    results = train_pack(panel, pack, tell)
    note = {"cpu": time.process_time() - began, "mb": peak_memory()}
    (notes / f"{uuid.uuid4()}.json").write_text(json.dumps(note))
    return results


def _trials(preset: str, updates: int) -> list[SweepTrial]:
    asked = {"variant": "sac_lstm", "preset": preset, "seeds": [0, 1, 2]}
    return trials_of(sweep_of({**asked, "grid": {**GRID, "updates": [updates]}}), sample_panel())


if __name__ == "__main__":
    main()
