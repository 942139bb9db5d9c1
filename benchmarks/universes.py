"""What a universe of so many stocks costs, from its price files to the charts: see benchmarks.scale.

Every stage runs in a process of its own, of one thread, on what the stages before it left on disk.
"""

import argparse
import dataclasses
import datetime as dt
import pickle
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

# torch only in the stages that need it: they say how much memory they take.
from app.settings import Settings
from benchmarks.alone import alone, peak_memory
from benchmarks.resampled import resampled_closes
from sac.config import VARIANTS, TrainingSettings, preset_settings
from sac.market import MarketChoice, MarketPanel, load_panel, price_folder, write_choice
from sac.threads import one_thread
from tests.support.synthetic import write_prices

__all__ = ["STAGES", "Desk", "report"]

VARIANT = "sac_lstm"
PAGES, BLANK = ("Weights", "Compare"), "Training"  # what has charts, and what has none here


@dataclass(frozen=True)
class Desk:
    """A data root, what is trained in it, and what its stages leave to the next ones."""

    folder: Path
    settings: TrainingSettings

    @property
    def root(self) -> Settings:
        """Its data root."""
        return Settings(self.folder / "data")

    def keep(self, **values: object) -> None:
        """Leave values to the stages to come."""
        for name, value in values.items():
            (self.folder / f"{name}.pickle").write_bytes(pickle.dumps(value))

    def kept(self, name: str) -> Any:
        """What an earlier stage left."""
        return pickle.loads((self.folder / f"{name}.pickle").read_bytes())

    def panel(self) -> MarketPanel:
        """The market as the agents see it."""
        forecasts = self.kept("forecasts")
        return load_panel(self.root.data).with_forecasts(forecasts.values, forecasts.alphas)


def report(options: argparse.Namespace) -> None:
    """Print a table for every number of stocks."""
    settings = settings_of(options)
    for stocks in options.stocks:
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(Path(folder), settings)
            alone(make, desk, stocks, options.years)
            print(f"\n{f'{stocks} stocks, {options.years} years':24} seconds  peak MB")
            for stage in STAGES:
                seconds, peak = alone(measured, stage, desk)
                print(f"{stage.__name__:24}{seconds:8.1f} {peak:8.0f}", flush=True)
            print(f"{'version on disk':24}{alone(size_of, desk) / 1e6:8.1f} MB", flush=True)
            if not options.no_browser:
                for page, first, warm in clicked(desk, options.runs):
                    print(f"{f'click to chart, {page}':24}{warm:8.0f} ms, {first:,.0f} the first time")


def settings_of(options: argparse.Namespace) -> TrainingSettings:
    """Those of a preset; with the smallest forecasters where that was asked for."""
    fewer: dict[str, Any] = {"updates": options.updates} if options.updates else {}
    settings = preset_settings(VARIANT, (options.presets or ["desk"])[0], **fewer)
    if not options.quick:
        return settings
    small: dict[str, Any] = {
        "window": 10,
        "months": 0,
        "hidden": 4,
        "epochs": 1,
        "members": 1,
        "batch_size": 8192,
    }
    return dataclasses.replace(settings, forecast=dataclasses.replace(settings.forecast, **small))


def make(desk: Desk, stocks: int, years: int) -> None:
    """A data root of so many stocks, whose prices end with now, else Weights would refuse them as stale."""
    closes = resampled_closes(stocks, years, dt.date.today() - dt.timedelta(days=1))
    write_prices(price_folder(desk.root.data), closes)
    write_choice(desk.root.data, MarketChoice("files", tuple(closes.columns), closes.index[0].date()))


def measured(stage: Callable[[Desk], float], desk: Desk) -> tuple[float, float]:
    """Seconds of a stage, and the peak memory (MB) of this process, with all that the stage imports."""
    return stage(desk), peak_memory()


def load(desk: Desk) -> float:
    """From price files to a panel."""
    began = perf_counter()
    load_panel(desk.root.data)
    return perf_counter() - began


def forecasts(desk: Desk) -> float:
    """A forecaster a year."""
    from sac.forecast import walk_forward

    one_thread()
    panel = load_panel(desk.root.data)
    return timed(desk, "forecasts", lambda: walk_forward(panel, desk.settings.forecast, desk.root.cache))


def agents(desk: Desk) -> float:
    """All folds' agents and the production fit."""
    from sac.agent import Ensemble, evaluation_folds, train_ensemble

    one_thread()
    panel, settings = desk.panel(), desk.settings

    def train() -> Ensemble:
        folds = evaluation_folds(panel, settings.evaluation_years, settings.validation_weeks)
        return train_ensemble(panel, folds, settings, lambda done, values: None)

    return timed(desk, "ensemble", train)


def evaluation(desk: Desk) -> float:
    """Both records of the evaluation years."""
    one_thread()
    panel, ensemble = desk.panel(), desk.kept("ensemble")
    return timed(desk, "evaluation", lambda: ensemble.evaluate(panel, VARIANTS[VARIANT].label))


def benchmarks(desk: Desk) -> float:
    """The benchmarks that are fitted, over the same weeks."""
    from sac.assembly import fitted_baselines

    one_thread()
    panel, ensemble = desk.panel(), desk.kept("ensemble")
    return timed(desk, "benchmarks", lambda: fitted_baselines(panel, ensemble))


def saving(desk: Desk) -> float:
    """The version's record, its files, and its place as champion."""
    from sac.assembly import artifacts_of, metadata_of
    from sac.promotion.gate import nothing_later
    from sac.registry import Artifacts
    from sac.wanted import Wanted, entered

    one_thread()
    panel, registry = desk.panel(), desk.root.registry
    parts: tuple[Any, Any, Any, Any] = (
        desk.kept("forecasts"),
        desk.kept("ensemble"),
        desk.kept("evaluation"),
        desk.kept("benchmarks"),
    )
    began, wanted = perf_counter(), Wanted.full(VARIANT, panel, desk.settings)

    def make() -> Artifacts:
        return artifacts_of(panel, *parts, metadata_of(wanted.name, VARIANT, panel, *parts, {}))

    entered(wanted, registry, "manual", nothing_later, make, registry.save)
    return perf_counter() - began


def timed(desk: Desk, name: str, work: Callable[[], object]) -> float:
    """Seconds of some work, which leaves its result under that name to the stages to come."""
    began = perf_counter()
    found = work()
    took = perf_counter() - began
    desk.keep(**{name: found})
    return took


STAGES: tuple[Callable[[Desk], float], ...] = (load, forecasts, agents, evaluation, benchmarks, saving)


def size_of(desk: Desk) -> int:
    """Bytes of the version."""
    champion = desk.root.registry.champion(VARIANT)
    assert champion is not None
    return champion.size


def clicked(desk: Desk, runs: int) -> list[tuple[str, float, float]]:
    """Each page with milliseconds from the click to its first chart: of the first click, and the median."""
    from benchmarks.chromium import chromium, rest
    from benchmarks.pages import click
    from tests.support.serving import served

    found = []
    for title in PAGES:
        with served(desk.folder) as server, chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(server.url)
            rest(page)
            first, *others = [click(page, title, BLANK) for _ in range(1 + runs)]
            found.append((title, first, statistics.median(others)))
    return found
