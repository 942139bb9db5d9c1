"""A version put together from what a training gave, and taken apart again to go on from."""

import dataclasses
import datetime as dt

import numpy as np

from sac.agent import (
    PRODUCTION,
    Ensemble,
    Evaluation,
    Fold,
    PortfolioScaler,
    evaluation_steps,
    joined,
    members_of,
)
from sac.config import ENGINE_VERSION, FINETUNE_WEEKS, WEEKS_PER_YEAR, Constraints
from sac.errors import ArtifactError, DataError
from sac.evidence.comparison import baselines, figures
from sac.forecast import Forecasts, ForecastSkill
from sac.market import INDEX_NAME, MarketPanel, sample_index
from sac.portfolio import Backtest, EqualWeight, TopFifth, backtest, equal_weights, index_backtest, log_lead
from sac.portfolio.risk_based import RISK_BASED, RiskBased
from sac.registry import Artifacts, Metadata, Version
from sac.registry.store import Part
from sac.text import some_of

__all__ = ["artifacts_of", "fitted_baselines", "metadata_of", "restored"]


def metadata_of(
    name: str,
    variant: str,
    panel: MarketPanel,
    forecasts: Forecasts,
    ensemble: Ensemble,
    evaluation: Evaluation,
    benchmarks: list[Backtest],
    seconds: dict[str, float],
    parent: Version | None = None,
) -> Metadata:
    """The record of a training that gave this ensemble and this evaluation."""
    settings = ensemble.settings
    traded, weeks = evaluation.traded, np.arange(len(evaluation.traded.net))
    return Metadata(
        version=name,
        variant=variant,
        kind="finetune" if parent else "full",
        parent=parent.name if parent else None,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        engine_version=ENGINE_VERSION,
        preset=settings.preset,
        provenance=panel.provenance,
        last_decision=str(panel.decisions[-1]),
        evaluation_start=str(traded.dates[0]),
        evaluation_end=str(traded.dates[-1]),
        metrics=figures("eval", traded, settings.constraints)
        | figures("agents", evaluation.agents, settings.constraints)
        | ensemble.final_losses(),
        baselines={
            benchmark.name: figures("eval", benchmark, settings.constraints)
            for benchmark in baselines(traded, weeks, settings.constraints, benchmarks)
        },
        forecast_skill=[_traded(year, panel, settings.constraints) for year in forecasts.skill],
        validations=ensemble.validations,
        learning=ensemble.learning,
        notes=_notes(panel, settings.constraints)
        + ([f"Fine-tuned from {parent.name} on the last {FINETUNE_WEEKS} weeks."] if parent else []),
        seconds=seconds,
    )


def _traded(year: ForecastSkill, panel: MarketPanel, constraints: Constraints) -> ForecastSkill:
    """A year's skill, and what trading its forecasts outright would have come to net of costs."""
    first, last = np.searchsorted(panel.years, [year.year, year.year + 1])
    weeks = range(int(first), min(int(last), panel.complete_steps))
    rule, equal = (
        backtest(allocator(constraints), panel, weeks, constraints) for allocator in (TopFifth, EqualWeight)
    )
    return dataclasses.replace(year, net_lead=float(log_lead(rule, equal).mean()) * WEEKS_PER_YEAR)


def fitted_baselines(panel: MarketPanel, ensemble: Ensemble) -> list[Backtest]:
    """The baselines that need more than the evaluation's record, over its weeks."""
    constraints, steps = ensemble.settings.constraints, evaluation_steps(ensemble.folds)
    results = [
        backtest(RiskBased(name, constraints, steps.start), panel, steps, constraints) for name in RISK_BASED
    ]
    if panel.provenance.source == "sample":
        results.append(index_backtest(INDEX_NAME, sample_index(), panel, steps))
    return results


def artifacts_of(
    panel: MarketPanel,
    forecasts: Forecasts,
    ensemble: Ensemble,
    evaluation: Evaluation,
    benchmarks: list[Backtest],
    metadata: Metadata,
) -> Artifacts:
    """Everything to store: the production fit by itself, the folds' agents together."""
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
        evaluation=evaluation.traded,
        agents=evaluation.agents,
        baselines=benchmarks,
        training_log=ensemble.log,
        metadata=metadata,
    )


def restored(version: Version, panel: MarketPanel) -> Ensemble:
    """A stored version's agents, fold by fold, production last, with all that lets them go on.

    Folds begin where their weeks begin in the panel. Raises DataError where the panel does not hold these,
    or holds another universe or other fields; ArtifactError where a file is damaged.
    """
    starts = _first_steps(version, panel)
    stored, settings = version.tensors("folds"), version.settings
    parts: tuple[Part, ...] = ("actor", "critic", "critic_target", "log_alpha", "optimizers")
    try:
        state = joined([stored["agents"], {part: version.tensors(part) for part in parts}])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ArtifactError(f"{version.name}: folds.pt does not fit its agents.") from error
    scalers = [PortfolioScaler.from_payload(payload) for payload in (*stored["scalers"], version.scaler())]
    stops = [
        *starts[1:],
        int(np.searchsorted(panel.decisions, np.datetime64(version.metadata.last_decision))),
    ]
    folds = [
        Fold(number, panel.steps_known_at(start), range(start, min(stop, panel.complete_steps)))
        for number, (start, stop) in enumerate(zip(starts, stops, strict=True), start=1)
    ]
    return Ensemble(
        [*folds, Fold(PRODUCTION, panel.steps_known_at(stops[-1]), range(0))],
        len(version.symbols) + 1,
        scalers,
        state,
        settings,
        version.training_log(),
        version.metadata.validations,
        version.metadata.learning,
    )


def _first_steps(version: Version, panel: MarketPanel) -> list[int]:
    """Where in the panel each of a version's folds begins, oldest first."""
    record = version.metadata
    for what, trained, given in (
        ("the universe", version.symbols, panel.symbols),
        ("the channels", record.provenance.fields, panel.provenance.fields),
    ):
        if tuple(trained) != tuple(given):
            raise DataError(
                f"{version.name} was trained on {what} {some_of(tuple(trained))}; the data hold "
                f"{some_of(tuple(given))}. Fine-tuning cannot change that: train in full."
            )
    evaluation = version.evaluation()
    rows = np.unique(evaluation.folds, return_index=True)[1]
    wanted = np.append(evaluation.decisions[np.sort(rows)], np.datetime64(record.last_decision))
    absent = wanted[~np.isin(wanted, panel.decisions)]
    if len(absent):
        raise DataError(
            f"{version.name} decided on {absent[0]}, which is not a decision of the data: they hold the "
            f"weeks from {panel.decisions[0]} to {panel.decisions[-1]}. Load these weeks too, or train in "
            "full."
        )
    return [int(step) for step in np.searchsorted(panel.decisions, wanted[:-1])]


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
