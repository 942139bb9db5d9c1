"""The story of a version, top to bottom."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from sac.agent import (
    Ensemble,
    Fold,
    evaluation_folds,
    evaluation_steps,
    fine_tune_ensemble,
    fine_tuning_blocks,
    train_ensemble,
)
from sac.assembly import artifacts_of, fitted_baselines, metadata_of, restored
from sac.config import FINETUNE_WEEKS, VARIANTS, FineTuneSettings, TrainingSettings
from sac.forecast import walk_forward
from sac.forward import forward_record
from sac.market import MarketPanel
from sac.processes import helpers
from sac.progress import Report, Stopwatch, unwatched
from sac.promotion import Policy
from sac.registry import Artifacts, Registry, Version
from sac.timing import Record, Work, expected_seconds, recorded
from sac.wanted import Outcome, Wanted, entered, existing, parent_of

__all__ = ["Outcome", "artifacts", "finetune", "full", "parent_of"]

Learn = Callable[[MarketPanel, Callable[[int, dict[str, float]], None], Sequence[Executor]], Ensemble]

_WORTH = 10.0  # seconds of work below which a process that helps takes too long to start


def full(
    variant: str,
    panel: MarketPanel,
    settings: TrainingSettings,
    registry: Registry,
    cache: Path,
    report: Report | Stopwatch = unwatched,
    policy: Policy = "manual",
    cores: int = 1,
) -> Outcome:
    """Train from scratch: forecasts, all folds and the production fit together, evaluation, version.

    The first version of a variant becomes its champion; later ones wait for a person, unless the policy is
    "auto". `report` may raise Cancelled: no version is saved then, and the ledger says so. So many cores
    share the work, in a process each; the version's bytes are the same with any number.
    Raises DataError or SettingsError, before any work, where data and settings don't go together, and
    DeskError where a process dies.
    """
    return _trained(Wanted.full(variant, panel, settings), registry, cache, report, policy, cores)


def finetune(
    variant: str,
    panel: MarketPanel,
    registry: Registry,
    cache: Path,
    report: Report | Stopwatch = unwatched,
    tuning: FineTuneSettings | None = None,
    policy: Policy = "manual",
    cores: int = 1,
) -> Outcome:
    """Go on from the champion with the most recent 26 weeks; the new version names it as its parent.

    Judged on the parent's evaluation weeks in blocks of 26, each by its fold's own agents fine-tuned on
    the 26 weeks before it, then on the weeks since the parent's last decision, by its production agents
    fine-tuned likewise. Forecasts are the walk-forward's: each year's forecaster saw earlier years only.
    Raises DataError, SettingsError or ArtifactError, before any work, where that cannot be done.
    """
    return _trained(Wanted.finetune(variant, panel, registry, tuning), registry, cache, report, policy, cores)


def artifacts(
    wanted: Wanted, cache: Path, report: Report | Stopwatch, records: list[Record], cores: int
) -> Artifacts:
    """All the work of a version and nothing of its entry, for whoever has no registry of the desk's.

    `records`: of earlier trainings there, by which its time is told. Raises as `full` and `finetune` do.
    """
    return _made(wanted, _Plan.of(wanted), cache, Stopwatch.of(report), records, cores)


def _trained(
    wanted: Wanted,
    registry: Registry,
    cache: Path,
    report: Report | Stopwatch,
    policy: Policy,
    cores: int,
) -> Outcome:
    """The version of that name, made here unless it exists."""
    plan, forward = _Plan.of(wanted), partial(forward_record, panel=wanted.panel, cache=cache)

    def make() -> Artifacts:
        return _made(wanted, plan, cache, Stopwatch.of(report), recorded(registry), cores)

    return existing(wanted, registry, policy, forward) or entered(
        wanted, registry, policy, forward, make, registry.save
    )


@dataclass(frozen=True, eq=False)
class _Plan:
    """What full and fine-tune differ in."""

    folds: list[Fold]
    learn: Learn

    @classmethod
    def of(cls, wanted: Wanted) -> "_Plan":
        """Raises DataError, SettingsError or ArtifactError where data, settings and parent don't fit."""
        return _tuning(wanted, wanted.parent) if wanted.parent else _from_scratch(wanted)

    def work(self, wanted: Wanted) -> Work:
        """What it computes."""
        weeks = len(evaluation_steps(self.folds))
        whole = Work.of(wanted.variant, wanted.settings, wanted.panel)
        return replace(whole, folds=len(self.folds), weeks=weeks)


def _from_scratch(wanted: Wanted) -> _Plan:
    settings = wanted.settings
    folds = evaluation_folds(wanted.panel, settings.evaluation_years, settings.validation_weeks)
    return _Plan(
        folds, lambda known, learned, others: train_ensemble(known, folds, settings, learned, others)
    )


def _tuning(wanted: Wanted, parent: Version) -> _Plan:
    panel, settings = wanted.panel, wanted.settings
    veterans = restored(parent, panel)
    starts = [fold.evaluation.start for fold in veterans.folds[:-1]]
    fitted = int((panel.decisions < np.datetime64(parent.metadata.last_decision)).sum())
    blocks = fine_tuning_blocks(panel, starts, fitted)
    return _Plan(
        [block.fold for block in blocks],
        lambda known, learned, others: fine_tune_ensemble(known, veterans, blocks, settings, learned, others),
    )


def _made(
    wanted: Wanted, plan: _Plan, cache: Path, watch: Stopwatch, records: list[Record], cores: int
) -> Artifacts:
    """The work of a version, shared by so many cores."""
    expected = expected_seconds(plan.work(wanted), records)
    watch.expect(expected)
    others = cores - 1 if expected["forecasts"] + expected["agents"] > _WORTH else 0
    with helpers(others) as executors:
        return _learned(wanted, plan, cache, watch, executors)


def _learned(
    wanted: Wanted, plan: _Plan, cache: Path, watch: Stopwatch, others: Sequence[Executor]
) -> Artifacts:
    """Forecasts, agents, evaluation."""
    variant, settings, updates = wanted.variant, wanted.settings, wanted.settings.agent.updates
    watch.enter("forecasts", "Fitting one forecaster per year")
    forecasts = walk_forward(wanted.panel, settings.forecast, cache, watch.inner, helpers=others)
    panel = wanted.panel.with_forecasts(forecasts.values, forecasts.alphas)

    count = len(plan.folds) * settings.members
    watch.enter("agents", f"Training {count} agents together")

    def learned(done: int, values: dict[str, float]) -> None:
        message = f"{count} agents: update {done:,} of {updates:,}"
        watch.inner(done / updates, message, {"update": done, **values})

    ensemble = plan.learn(panel, learned, others)

    judged = f"blocks of {FINETUNE_WEEKS} weeks" if wanted.parent else "evaluation years"
    watch.enter("evaluation", f"Backtesting the {judged} week by week")
    evaluation = ensemble.evaluate(panel, VARIANTS[variant].label)

    benchmarks = fitted_baselines(panel, ensemble)

    watch.enter("saving", "Writing the version")
    metadata = metadata_of(
        wanted.name,
        variant,
        panel,
        forecasts,
        ensemble,
        evaluation,
        benchmarks,
        watch.seconds(),
        wanted.parent,
    )
    return artifacts_of(panel, forecasts, ensemble, evaluation, benchmarks, metadata)
