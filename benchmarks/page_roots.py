"""Data roots of known sizes, for the benchmarks of the pages and of their process.

15 stocks are the embedded sample. 200 stocks are random walks under symbols that nobody trades, SIM000 to
SIM199, because the sample has no more than 20 names: their figures mean nothing and may be shown to nobody as
a market's. Three versions are really trained, on few updates and with small forecasters, so that their
folders have the files, the weeks and the members of full ones. Of 50 the others are theirs under other seeds:
the same networks, but their weights are given to other stocks and walked anew, so that no two have the same
evaluation.
"""

import dataclasses
import datetime as dt
import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np

from app.jobs.store import JobStore
from app.settings import Settings
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from app.tasks.training import result_from
from sac.config import DEMO_VARIANTS, ENGINE_VERSION, TrainingSettings, preset_settings
from sac.evidence.comparison import figures, on_weeks
from sac.experiments import sweep_of
from sac.market import MarketChoice, load_panel, write_choice
from sac.market.loading import price_folder
from sac.portfolio import Backtest
from sac.progress import Progress
from sac.promotion import Ledger
from sac.promotion.deciding import decide
from sac.promotion.state import state_of
from sac.registry import Artifacts, Registry, Version, version_name
from sac.registry.store import Part
from sac.threads import one_thread
from tests.support.synthetic import random_closes, write_prices

SAMPLE, MANY, FEW_VERSIONS, MANY_VERSIONS = 15, 200, len(DEMO_VARIANTS), 50
START = dt.date(2005, 1, 3)
JOBS, POINTS = 200, 5  # trainings in the history, and points of each one's learning curve
DECIDED = 5  # of so many challengers one is rejected, the others wait
SMALL = {"hidden_sizes": [[8, 8]], "batch_size": [8], "warmup_steps": [8], "updates": [12]}
SWEPT = {"gamma": [0.9, 0.99], "init_alpha": [0.02, 0.2], "action_scale": [2, 5, 8], **SMALL}


class Size(NamedTuple):
    """How much a desk holds."""

    stocks: int
    versions: int

    @property
    def folder(self) -> str:
        """The name of its data root: a new one every week and engine, for simulated prices end with now."""
        year, week, _ = dt.date.today().isocalendar()
        return f"{self.stocks}-stocks-{self.versions}-versions-{year}w{week:02}-engine{ENGINE_VERSION}"

    def __str__(self) -> str:
        return f"{self.stocks} stocks, {self.versions} versions"


SIZES = tuple(Size(*size) for size in itertools.product((SAMPLE, MANY), (FEW_VERSIONS, MANY_VERSIONS)))


def roots(folder: Path) -> dict[Size, Path]:
    """The data roots of all sizes under a folder; those that are not there yet are made, one core each."""
    missing = {size.stocks for size in SIZES if not (folder / size.folder).exists()}
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_universe, itertools.repeat(folder), missing))
    return {size: folder / size.folder for size in SIZES}


@contextmanager
def data_root(given: Path | None) -> Iterator[Path]:
    """The data root that was given, or a new one with three variants, as small as training gets."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        trained(Settings(Path(folder)))
        yield Path(folder)


def _universe(folder: Path, stocks: int) -> None:
    """Both desks of a universe: the larger one goes on from a copy of the smaller."""
    few, many = (folder / Size(stocks, count).folder for count in (FEW_VERSIONS, MANY_VERSIONS))
    if not few.exists():
        with _made(few) as root:
            if stocks != SAMPLE:
                _simulated(root, stocks)
            history(root, trained(root))
            _sweep(root)
    if not many.exists():
        with _made(many) as root:
            shutil.copytree(few, root.data, dirs_exist_ok=True)
            _challengers(root, MANY_VERSIONS - FEW_VERSIONS)
            _decisions(root)


@contextmanager
def _made(final: Path) -> Iterator[Settings]:
    """A data root that gets its name when all is in it."""
    with tempfile.TemporaryDirectory(dir=_existing(final.parent)) as folder:
        root = Settings(Path(folder) / "data")
        root.data.mkdir()
        yield root
        root.data.rename(final)


def _existing(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _simulated(root: Settings, stocks: int) -> None:
    """Prices of random walks that end with now, else the Weights page would refuse them as stale."""
    closes = random_closes(stocks, str(START), str(np.datetime64("today") - 1))
    closes.columns = [f"SIM{number:03}" for number in range(stocks)]
    write_prices(price_folder(root.data), closes)
    write_choice(root.data, MarketChoice("files", tuple(closes.columns), START))


def trained(root: Settings) -> list[dict[str, Any]]:
    """Summaries of one training of every demo variant."""
    from sac import training

    one_thread()
    panel, registry = load_panel(root.data), Registry(root.models)
    return [
        result_from(training.full(variant, panel, quick(variant), registry, root.cache)).model_dump()
        for variant in DEMO_VARIANTS
    ]


def quick(variant: str) -> TrainingSettings:
    """The preset's settings and members, hardly trained and without validation: weights are not all equal."""
    plan = preset_settings(variant, updates=5, validation_weeks=0)
    small = dataclasses.replace(plan.forecast, window=10, hidden=4, epochs=1, batch_size=8192)
    return dataclasses.replace(plan, forecast=small)


def _challengers(root: Settings, count: int) -> None:
    """So many versions more, entered into the ledger like any other."""
    registry = Registry(root.models)
    champions = [champion for variant in DEMO_VARIANTS if (champion := registry.champion(variant))]
    originals = [_stored(champion) for champion in champions]
    for number in range(count):
        made = reshuffled(originals[number % len(originals)], number // len(originals) + 1)
        metadata, source = made.metadata, made.metadata.provenance.sha256
        with Ledger(registry.root).trial(
            metadata.variant,
            metadata.version,
            kind=metadata.kind,
            parent=None,
            settings=made.settings,
            fingerprint=source,
            symbols=made.symbols,
        ) as evaluated:
            registry.save(made)
            evaluated(metadata.metrics)


def _stored(version: Version) -> Artifacts:
    """Everything of a version, as it was when it was saved."""
    return Artifacts(
        **{part: version.tensors(part) for part in get_args(Part)},
        scaler=version.scaler(),
        settings=version.settings,
        symbols=version.symbols,
        evaluation=version.evaluation(),
        agents=version.agents() or version.evaluation(),
        baselines=version.baselines(),
        training_log=version.training_log(),
        metadata=version.metadata,
    )


def reshuffled(original: Artifacts, seed: int) -> Artifacts:
    """A version under another seed, its weights given to the stocks in another order."""
    settings, metadata = dataclasses.replace(original.settings, seed=seed), original.metadata
    order = np.append(np.random.default_rng(seed).permutation(len(original.symbols)), len(original.symbols))

    def turned(record: Backtest) -> Backtest:
        shuffled = dataclasses.replace(record, weights=record.weights[:, order])
        return on_weeks(record.name, shuffled, np.arange(len(record.net)), settings.constraints)

    evaluation, agents = turned(original.evaluation), turned(original.agents)
    both = figures("eval", evaluation, settings.constraints) | figures("agents", agents, settings.constraints)
    name = version_name(
        metadata.last_decision,
        fingerprint=metadata.provenance.sha256,
        symbols=original.symbols,
        settings=settings,
        variant=metadata.variant,
    )
    metadata = dataclasses.replace(
        metadata,
        version=name,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        metrics=metadata.metrics | both,
    )
    records: dict[str, Any] = {"evaluation": evaluation, "agents": agents}
    return dataclasses.replace(original, settings=settings, metadata=metadata, **records)


def history(root: Settings, results: Sequence[dict[str, Any]]) -> None:
    """Trainings that ended: most well, every fifth not."""
    store = JobStore(root.jobs)
    for number in range(JOBS):
        name, variant = f"{number:012x}", DEMO_VARIANTS[number % len(DEMO_VARIANTS)]
        store.add(name, variant, "full", {"preset": "plan", "seed": number}, "Ada")
        store.start(name)
        for point in range(1, POINTS + 1):
            store.advance(name, progress(point * 100, point / POINTS))
        if number % 5:
            store.finish(name, "succeeded", result=results[number % len(results)])
        else:
            store.finish(name, "failed", error="The disk is full. Free some space and start again.")


def progress(update: int, fraction: float) -> Progress:
    """What a training says of itself on its way."""
    point = {"update": update, "actor_loss": -1.0, "critic_loss": 2.0, "alpha": 0.2, "entropy": 9.0}
    return Progress("agents", fraction, f"Update {update}", 75.0, point)


def _sweep(root: Settings) -> None:
    """A finished sweep of 48 trials over five stocks: as long a page, and sooner done."""
    symbols = load_panel(root.data).symbols[:5]
    asked = sweep_of(
        {"variant": "sac_lstm", "seeds": [0, 1, 2, 3], "universes": [list(symbols)], "grid": SWEPT}
    )
    store = JobStore(root.jobs)
    store.add("a-sweep", SWEEPS, SWEEP.name, SweepRequest(sweep=asked).plain(), "Ada")
    store.start("a-sweep")
    result = SWEEP.perform(store.get("a-sweep"), root, lambda progress: None)
    store.finish("a-sweep", "succeeded", result=result)


def _decisions(root: Settings) -> None:
    """Some challengers were rejected, the others wait."""
    registry = Registry(root.models)
    for variant in DEMO_VARIANTS:
        state = state_of(registry, variant)
        for version in state.pending(registry.versions(variant))[::DECIDED]:
            decide(registry, version, "reject", actor="Ada", reason="No lead.", champion=state.champion)
