"""The story of a version, top to bottom."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sac.agent import Ensemble, evaluation_folds, evaluation_steps, members_of, train_ensemble
from sac.config import ENGINE_VERSION, VARIANTS, Constraints, TrainingSettings
from sac.errors import ArtifactError, SettingsError
from sac.evidence import metrics
from sac.forecast import Forecasts, walk_forward
from sac.market import MarketPanel
from sac.portfolio import Backtest, BuyAndHold, EqualWeight, backtest, equal_weights
from sac.progress import Report, Stopwatch, unwatched
from sac.registry import Artifacts, Gate, Metadata, Registry, Settlement, Version, settle, version_name

__all__ = ["Outcome", "full", "summary"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a training came to."""

    version: Version
    created: bool  # False: the same data and settings had been trained before
    settlement: Settlement


def full(
    variant: str,
    panel: MarketPanel,
    settings: TrainingSettings,
    registry: Registry,
    cache: Path,
    report: Report = unwatched,
) -> Outcome:
    """Train from scratch: forecasts, all folds and the production fit together, evaluation, version.

    The version is promoted when the gate passes. `report` may raise Cancelled: nothing is saved then.
    Raises DataError or SettingsError, before any work, where data and settings don't go together.
    """
    if VARIANTS[variant].forecaster != settings.forecast.kind:
        raise SettingsError(f"{variant} needs the forecaster {VARIANTS[variant].forecaster}.")
    folds = evaluation_folds(panel, settings.evaluation_years, settings.validation_weeks)
    name = version_name(
        str(panel.decisions[-1]),
        fingerprint=panel.provenance.sha256,
        symbols=panel.symbols,
        settings=settings,
        variant=variant,
    )
    damage = registry.damaged(variant).get(name)
    if damage:
        raise ArtifactError(
            f"{variant} {name} was trained before, but its folder is damaged: {damage} "
            "Restore the folder or delete it, then train again."
        )
    if name in {version.name for version in registry.versions(variant)}:
        version = registry.version(variant, name)
        return Outcome(version, created=False, settlement=_standing(registry, version))

    watch = Stopwatch(report)
    watch.enter("forecasts", 0.0, 0.5, "Fitting one forecaster per year")
    forecasts = walk_forward(panel, settings.forecast, cache, watch.inner)
    panel = panel.with_forecasts(forecasts.values)

    count = len(folds) * settings.members
    watch.enter("agents", 0.5, 0.95, f"Training {count} agents together")
    updates = settings.agent.updates

    def learned(done: int, values: dict[str, float]) -> None:
        message = f"{count} agents: update {done:,} of {updates:,}"
        watch.inner(done / updates, message, {"update": done, **values})

    ensemble = train_ensemble(panel, folds, settings, learned)

    watch.enter("evaluation", 0.95, 0.99, "Walking the evaluation years week by week")
    evaluation = ensemble.evaluate(panel, VARIANTS[variant].label)

    watch.enter("saving", 0.99, 1.0, "Writing the version")
    metadata = _metadata(name, variant, panel, forecasts, ensemble, evaluation, watch.seconds())
    version = registry.save(_artifacts(panel, forecasts, ensemble, evaluation, metadata))
    return Outcome(version, created=True, settlement=settle(registry, version))


def summary(outcome: Outcome) -> dict[str, Any]:
    """The answer of a finished training, ready for JSON."""
    metadata = outcome.version.metadata
    return {
        "version": outcome.version.name,
        "data_window_start": metadata.provenance.window_start,
        "data_window_end": metadata.provenance.window_end,
        "metrics": metadata.metrics,
        "promoted": outcome.settlement.promoted,
        "prior_version": outcome.settlement.prior_version,
        "symbols_used": list(outcome.version.symbols),
        "hf_repo": None,
        "hf_url": None,
    }


def _standing(registry: Registry, version: Version) -> Settlement:
    """How a version that was trained before stands. A rolled-back one is not promoted by asking again."""
    current = registry.current(version.variant)
    if current is None:  # a writer was killed between saving and promoting
        return settle(registry, version)
    champion = current == version.name
    reason = "it is the champion" if champion else "its promotion was decided then"
    cagr = version.metadata.metrics["eval_cagr"]
    return Settlement(
        champion, current, Gate(champion, cagr, None, f"This version was trained before; {reason}.")
    )


def _metadata(
    name: str,
    variant: str,
    panel: MarketPanel,
    forecasts: Forecasts,
    ensemble: Ensemble,
    evaluation: Backtest,
    seconds: dict[str, float],
) -> Metadata:
    settings = ensemble.settings
    steps = evaluation_steps(ensemble.folds)
    rivals = [
        backtest(rule(settings.constraints), panel, steps, settings.constraints)
        for rule in (EqualWeight, BuyAndHold)
    ]
    return Metadata(
        version=name,
        variant=variant,
        kind="full",
        parent=None,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        engine_version=ENGINE_VERSION,
        preset=settings.preset,
        provenance=panel.provenance,
        last_decision=str(panel.decisions[-1]),
        evaluation_start=str(evaluation.dates[0]),
        evaluation_end=str(evaluation.dates[-1]),
        metrics=_figures(evaluation, settings) | ensemble.final_losses(),
        baselines={rival.name: _figures(rival, settings) for rival in rivals},
        forecast_skill=forecasts.skill,
        validations=ensemble.validations,
        notes=_notes(panel, settings.constraints),
        seconds=seconds,
    )


def _artifacts(
    panel: MarketPanel, forecasts: Forecasts, ensemble: Ensemble, evaluation: Backtest, metadata: Metadata
) -> Artifacts:
    production = members_of(ensemble.state, ensemble.rows(len(ensemble.folds) - 1))
    earlier = slice(0, ensemble.rows(len(ensemble.folds) - 1).start)
    return Artifacts(
        actor=production["actor"],
        critic=production["critic"],
        critic_target=production["critic_target"],
        log_alpha=production["log_alpha"],
        optimizers=production["optimizers"],
        folds={
            "agents": members_of(ensemble.state, earlier),
            "scalers": [scaler.payload() for scaler in ensemble.scalers[:-1]],
        },
        forecaster=forecasts.newest,
        scaler=ensemble.scalers[-1].payload(),
        settings=ensemble.settings,
        symbols=panel.symbols,
        evaluation=evaluation,
        training_log=ensemble.log,
        metadata=metadata,
    )


def _figures(result: Backtest, settings: TrainingSettings) -> dict[str, float]:
    """Metrics by their names in records and answers; what the weeks don't determine is left out."""
    figures = dataclasses.asdict(metrics(result, settings.constraints))
    return {f"eval_{name}": float(value) for name, value in figures.items() if np.isfinite(value)}


def _notes(panel: MarketPanel, constraints: Constraints) -> list[str]:
    """What a reader of the version must know."""
    notes = [panel.provenance.note] if panel.provenance.note else []
    cash = equal_weights(len(panel.symbols), constraints)[-1]
    if cash > constraints.cash_buffer + 1e-9:
        notes.append(
            f"{len(panel.symbols)} stocks with at most {constraints.max_position:.0%} each "
            f"leave at least {cash:.0%} in CASH."
        )
    return notes
