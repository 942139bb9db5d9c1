"""The story of a version, top to bottom."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

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
from sac.errors import ArtifactError, SettingsError
from sac.forecast import walk_forward
from sac.forward import forward_record
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.processes import helpers
from sac.progress import Report, Stopwatch, unwatched
from sac.promotion import Ledger, Policy, Settlement, settle
from sac.promotion.deciding import settled_before
from sac.promotion.retention import champions, remove
from sac.promotion.state import champion_of, state_of
from sac.registry import Artifacts, Registry, Version, version_name
from sac.registry.origin import origin
from sac.timing import Work, expected_seconds, recorded

__all__ = ["Outcome", "finetune", "full", "parent_of"]

Learn = Callable[[MarketPanel, Callable[[int, dict[str, float]], None], Sequence[Executor]], Ensemble]

_WORTH = 10.0  # seconds of work below which a process that helps takes too long to start


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of a training."""

    version: Version
    created: bool  # False: the same data and settings had been trained before
    settlement: Settlement


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
    if VARIANTS[variant].forecaster != settings.forecast.kind:
        raise SettingsError(f"{variant} needs the forecaster {VARIANTS[variant].forecaster}.")
    folds = evaluation_folds(panel, settings.evaluation_years, settings.validation_weeks)
    request = _Request(variant, panel, settings, None, policy, cache, cores)
    return _existing(request, registry) or _made(
        request,
        registry,
        Stopwatch.of(report),
        folds,
        lambda known, learned, others: train_ensemble(known, folds, settings, learned, others),
    )


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
    parent = parent_of(registry, variant)
    settings = (tuning or FineTuneSettings()).applied(parent.settings)
    veterans = restored(parent, panel)
    starts = [fold.evaluation.start for fold in veterans.folds[:-1]]
    fitted = int((panel.decisions < np.datetime64(parent.metadata.last_decision)).sum())
    blocks = fine_tuning_blocks(panel, starts, fitted)
    request = _Request(variant, panel, settings, parent, policy, cache, cores)
    return _existing(request, registry) or _made(
        request,
        registry,
        Stopwatch.of(report),
        [block.fold for block in blocks],
        lambda known, learned, others: fine_tune_ensemble(known, veterans, blocks, settings, learned, others),
    )


def parent_of(registry: Registry, variant: str) -> Version:
    """The champion that a fine-tuning starts from. Raises SettingsError where there is none."""
    champion = champion_of(registry, variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to start from: train it in full first.")
    return champion


@dataclass(frozen=True, eq=False)
class _Request:
    """What determines a version."""

    variant: str
    panel: MarketPanel
    settings: TrainingSettings
    parent: Version | None  # of a fine-tuning
    policy: Policy
    cache: Path
    cores: int

    @property
    def kind(self) -> Literal["full", "finetune"]:
        """What sort of training it is."""
        return "finetune" if self.parent else "full"

    def forward(self, champion: Version) -> Backtest | None:
        """How the champion did after its last decision."""
        return forward_record(champion, self.panel, self.cache)

    def work(self, folds: list[Fold]) -> Work:
        """What it computes."""
        weeks = len(evaluation_steps(folds))
        whole = Work.of(self.variant, self.settings, self.panel)
        return replace(whole, folds=len(folds), weeks=weeks)

    @property
    def name(self) -> str:
        """The name of the version that comes of it."""
        return version_name(
            str(self.panel.decisions[-1]),
            fingerprint=self.panel.provenance.sha256,
            symbols=self.panel.symbols,
            settings=self.settings,
            variant=self.variant,
            kind=self.kind,
            parent=self.parent.name if self.parent else None,
        )


def _existing(request: _Request, registry: Registry) -> Outcome | None:
    """The version, if it was trained here before; one of its name from elsewhere is not it."""
    variant, name = request.variant, request.name
    damage = registry.damaged(variant).get(name)
    if damage:
        raise ArtifactError(
            f"{variant} {name} was trained before, but its folder is damaged: {damage} "
            "Restore the folder or delete it, then train again."
        )
    if name not in {version.name for version in registry.versions(variant)}:
        return None
    source = origin(registry, variant, name)
    if source is None:
        version = registry.version(variant, name)
        settlement = settled_before(registry, version, request.policy, request.forward)
        return Outcome(version, created=False, settlement=settlement)
    if name in champions(state_of(registry, variant)):
        raise SettingsError(
            f"{name} is or was {variant}'s champion, and it was pulled from {source.repo}, not trained here: "
            "a training of the same data and settings cannot take its place. Train with another seed."
        )
    return None


def _made(
    request: _Request, registry: Registry, watch: Stopwatch, folds: list[Fold], learn: Learn
) -> Outcome:
    """A version that was never trained before, entered into the ledger however it ends."""
    with Ledger(registry.root).trial(
        request.variant,
        request.name,
        kind=request.kind,
        parent=request.parent.name if request.parent else None,
        settings=request.settings,
        fingerprint=request.panel.provenance.sha256,
        symbols=request.panel.symbols,
    ) as evaluated:
        expected = expected_seconds(request.work(folds), recorded(registry))
        watch.expect(expected)
        others = request.cores - 1 if expected["forecasts"] + expected["agents"] > _WORTH else 0
        with helpers(others) as executors:
            learned = _learned(request, watch, len(folds), learn, executors)
        _give_way(request, registry)
        version = registry.save(learned)
        evaluated(version.metadata.metrics)
    return Outcome(
        version, created=True, settlement=settle(registry, version, request.policy, request.forward)
    )


def _give_way(request: _Request, registry: Registry) -> None:
    """A pulled version of the name makes room for the one that was trained here, unless a person chose it."""
    variant, name = request.variant, request.name
    if origin(registry, variant, name) is not None:
        remove(registry, variant, name)


def _learned(
    request: _Request, watch: Stopwatch, folds: int, learn: Learn, others: Sequence[Executor]
) -> Artifacts:
    """Forecasts, agents, evaluation: `learn` is what full and fine-tune differ in."""
    variant, settings, updates = request.variant, request.settings, request.settings.agent.updates
    watch.enter("forecasts", "Fitting one forecaster per year")
    forecasts = walk_forward(request.panel, settings.forecast, request.cache, watch.inner, helpers=others)
    panel = request.panel.with_forecasts(forecasts.values, forecasts.alphas)

    count = folds * settings.members
    watch.enter("agents", f"Training {count} agents together")

    def learned(done: int, values: dict[str, float]) -> None:
        message = f"{count} agents: update {done:,} of {updates:,}"
        watch.inner(done / updates, message, {"update": done, **values})

    ensemble = learn(panel, learned, others)

    judged = f"blocks of {FINETUNE_WEEKS} weeks" if request.parent else "evaluation years"
    watch.enter("evaluation", f"Backtesting the {judged} week by week")
    evaluation = ensemble.evaluate(panel, VARIANTS[variant].label)

    benchmarks = fitted_baselines(panel, ensemble)

    watch.enter("saving", "Writing the version")
    metadata = metadata_of(
        request.name,
        variant,
        panel,
        forecasts,
        ensemble,
        evaluation,
        benchmarks,
        watch.seconds(),
        request.parent,
    )
    return artifacts_of(panel, forecasts, ensemble, evaluation, benchmarks, metadata)
