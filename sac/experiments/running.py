"""The story of a sweep, top to bottom; where its packs are trained is `Execute`'s business."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sac.errors import ArtifactError, DeskError
from sac.experiments.result import TrialResult, TrialResults
from sac.experiments.sweep import Sweep, SweepTrial, panel_of, trials_of
from sac.files import explained, replace_file
from sac.forecast import training_weeks, walk_forward
from sac.market import MarketPanel
from sac.progress import Report, Stage, Stopwatch, unwatched
from sac.promotion import Ledger
from sac.registry.codecs import Unreadable, pack_json, unpack_json
from sac.timing import forecast_seconds, update_seconds

__all__ = ["Execute", "Plan", "SweepOutcome", "Train", "in_process", "read_plan", "run_sweep", "work_of"]

Panels = Mapping[tuple[str, ...], MarketPanel]  # by universe, with forecasts
Tell = Callable[[float, str], None]  # fraction of the work and a sentence; may raise to stop
# Trains packs anywhere and in any order, and yields the results of each as soon as it is finished.
Packs = Sequence[list[SweepTrial]]
Execute = Callable[[Packs, Panels, Tell], Iterator[list[TrialResult]]]
# Trains one pack; tells the fraction of it.
Train = Callable[[MarketPanel, list[SweepTrial], Callable[[float], None]], list[TrialResult]]


@dataclass(frozen=True)
class Plan:
    """The trials of one run, in the sweep's order, so that a page can show what is still missing."""

    sweep: Sweep
    fingerprint: str  # of the whole panel
    keys: tuple[str, ...]
    choices: tuple[dict[str, Any], ...]  # per key: what distinguishes it


@dataclass(frozen=True)
class SweepOutcome:
    """The result of a run."""

    trials: int
    found: int  # had been finished before
    failed: int


def run_sweep(
    sweep: Sweep,
    panel: MarketPanel,
    folder: Path,
    ledger: Ledger,
    cache: Path,
    report: Report | Stopwatch = unwatched,
    execute: Execute | None = None,  # by default in this process
    plan_name: str | None = None,
) -> SweepOutcome:
    """Do every trial that was never finished; a run that is stopped or killed goes on where it was.

    Finished trials are kept under `folder` one by one and entered into the ledger. `report` may raise
    Cancelled. Raises DeskError with what to do; what is finished by then is kept.
    """
    results, trials = TrialResults(folder / "trials"), trials_of(sweep, panel)
    if plan_name:
        plan = Plan(
            sweep,
            panel.provenance.sha256,
            tuple(trial.key for trial in trials),
            tuple(trial.choices for trial in trials),
        )
        replace_file(_plan_path(folder, plan_name), pack_json(plan))
    missing = {trial.key for trial in trials if results.get(trial.key) is None}
    watch = Stopwatch.of(report)
    if missing:
        from sac.agent import selection_fold  # here: they load torch, and pages read this module
        from sac.experiments.pack import packs_of

        selection_fold(panel, sweep.years)  # refuses too short a history before any work
        packs = [pack for pack in packs_of(trials) if any(trial.key in missing for trial in pack)]
        watch.expect(_expected(packs, panel))
        panels = _with_forecasts(packs, panel, cache, watch)
        watch.enter("agents", f"{len(missing)} of {len(trials)} trials to do")
        for finished in (execute or in_process)(packs, panels, watch.inner):
            for result in finished:
                if result.key in missing:
                    _enter(ledger, result)  # first: what is on disk is never done again, so it must count
                    results.keep(result)
    done = [results.get(trial.key) for trial in trials]
    failed = sum(result is not None and result.problem is not None for result in done)
    return SweepOutcome(len(trials), len(trials) - len(missing), failed)


def in_process(packs: Packs, panels: Panels, tell: Tell) -> Iterator[list[TrialResult]]:
    """One pack after the other, in this process."""
    from sac.experiments.pack import train_pack

    work, done, finished, count = [work_of(pack) for pack in packs], 0, 0, sum(map(len, packs))
    for pack, weight in zip(packs, work, strict=True):
        news = f"{finished} of {count} trials finished, {len(pack)} at work together"

        def progress(fraction: float, before: int = done, weight: int = weight, news: str = news) -> None:
            tell((before + weight * fraction) / sum(work), news)

        yield train_pack(panels[pack[0].symbols], pack, progress)
        done, finished = done + weight, finished + len(pack)


def work_of(pack: Sequence[SweepTrial]) -> int:
    """Updates of all its agents."""
    return sum(trial.settings.members * trial.settings.agent.updates for trial in pack)


def read_plan(folder: Path, name: str) -> Plan | None:
    """The plan of a run; None where it has none yet. ArtifactError, StorageError for a damaged one."""
    path = _plan_path(folder, name)
    try:
        with explained(path), suppress(FileNotFoundError):
            return unpack_json(path.read_bytes(), Plan)
    except Unreadable as error:
        raise ArtifactError(f"The sweep's plan, {path}, {error}: start the sweep again.") from error
    return None


def _plan_path(folder: Path, name: str) -> Path:
    return folder / "plans" / f"{name}.json"


def _with_forecasts(packs: Packs, panel: MarketPanel, cache: Path, watch: Stopwatch) -> Panels:
    """The panel of every universe with the walk-forward forecasts that its trials share."""
    universes = list(dict.fromkeys(pack[0].symbols for pack in packs))
    watch.enter("forecasts", "Fitting one forecaster per year")
    settings, panels = packs[0][0].settings.forecast, {}
    for number, universe in enumerate(universes):

        def progress(fraction: float, news: str, number: int = number) -> None:
            watch.inner((number + fraction) / len(universes), news)

        market = panel_of(panel, universe)
        forecasts = walk_forward(market, settings, cache, progress)
        panels[universe] = market.with_forecasts(forecasts.values, forecasts.alphas)
    return panels


def _expected(packs: Packs, panel: MarketPanel) -> dict[Stage, float]:
    """Seconds of a sweep's stages in one process, as if no forecaster was fitted before."""
    forecast = packs[0][0].settings.forecast
    taught = sum(training_weeks(panel, forecast).values())
    stocks = sum(map(len, {pack[0].symbols for pack in packs}))
    agents = sum(
        agent.updates * update_seconds(agent, len(pack) * pack[0].settings.members, len(pack[0].symbols))
        for pack in packs
        for agent in [pack[0].settings.agent]
    )
    return {
        "forecasts": forecast_seconds(forecast, taught, stocks),
        "agents": agents,
    }


def _enter(ledger: Ledger, result: TrialResult) -> None:
    """Count a trial: whoever picks the best of a sweep must know how many there were."""
    with (
        suppress(DeskError),
        ledger.trial(
            result.variant,
            result.key,
            kind="sweep",
            parent=None,
            settings=result.settings,
            fingerprint=result.fingerprint,
            symbols=result.symbols,
        ) as evaluated,
    ):
        if result.problem:
            raise DeskError(result.problem)
        evaluated(result.figures)
