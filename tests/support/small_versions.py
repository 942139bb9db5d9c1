"""Small true versions: agents and a forecaster that decide, and a back-test whose figures are its own."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
import torch

from sac import evidence
from sac.agent.learners.curve import detached
from sac.agent.learners.sac import SoftActorCritic
from sac.config import (
    ENGINE_VERSION,
    WEEKS_PER_YEAR,
    Constraints,
    ForecastSettings,
    SACSettings,
    TrainingSettings,
)
from sac.evidence.comparison import baselines, figures, on_weeks
from sac.forecast.examples import Examples
from sac.forecast.fitting import fit
from sac.forecast.inputs import History
from sac.market import Provenance
from sac.portfolio import Backtest, EqualWeight, Validation, backtest
from sac.registry import SCALER_FEATURES, Artifacts, ForecastSkill, Metadata, Version, version_name
from tests.support.synthetic import random_panel

VARIANT = "sac_lstm"
AGENT = SACSettings(hidden_sizes=(4, 4))
FORECAST = ForecastSettings(window=5, hidden=2, epochs=1, batch_size=8)
WEEKS = 40


@functools.cache
def _evaluation(cagr: float | None) -> tuple[Backtest, Provenance]:
    """Equal weight over 40 weeks of random walks; with a CAGR all of them rise or fall to give it that."""
    panel = random_panel(stocks=3, first="2018-01-02", last="2018-12-31")
    steps = range(panel.complete_steps - WEEKS, panel.complete_steps)
    folds = np.repeat(np.array([1, 2]), WEEKS // 2)
    result = backtest(EqualWeight(Constraints()), panel, steps, Constraints(), folds)
    own = evidence.cagr(result.net)
    rise = ((1.0 + (own if cagr is None else cagr)) / (1.0 + own)) ** (1 / WEEKS_PER_YEAR)
    result = dataclasses.replace(
        result,
        growth=result.growth * rise,
        gross=(1.0 + result.gross) * rise - 1.0,
        net=(1.0 + result.net) * rise - 1.0,
    )
    luckier = {name: (1.0 + getattr(result, name)) * 1.0002 - 1.0 for name in ("gross", "net")}
    members = [result, dataclasses.replace(result, **luckier)]
    return result.with_members(members, Constraints().cost_rate), panel.provenance


@functools.cache
def _forecaster() -> dict:
    length, weeks = FORECAST.window, 8
    daily = np.random.default_rng(0).normal(0.0, 0.01, (weeks * length, 1, 1))
    past = History(daily, daily[::length, :, 0], np.arange(length - 1, weeks * length, length))
    fitted = fit(Examples.of(past, np.arange(weeks), past.weekly, FORECAST), 0, lambda epoch: None)
    return {"channels": ("close",), "settings": dataclasses.asdict(FORECAST), "year": 2018, **fitted}


def small_artifacts(
    seed: int = 0, cagr: float | None = None, created_at: str = "2026-01-01T00:00:00+00:00"
) -> Artifacts:
    """A complete version; another seed is another version. Without a CAGR it is the record's own."""
    evaluation, provenance = _evaluation(cagr)
    settings = TrainingSettings(seed=seed, members=2, agent=AGENT, forecast=FORECAST)
    last, symbols = str(evaluation.decisions[-1]), evaluation.symbols
    name = version_name(
        last, fingerprint=provenance.sha256, symbols=symbols, settings=settings, variant=VARIANT
    )
    agents = SoftActorCritic([seed, seed + 1], len(symbols) + 1, AGENT, settings.constraints)
    metadata = _metadata(name, evaluation, provenance, created_at)
    return truthful(
        Artifacts(
            actor=detached(agents.actor),
            critic=detached(agents.critic),
            critic_target=detached(agents.critic_target),
            log_alpha={"log_alpha": agents.log_alpha.detach().clone()},
            optimizers={
                "actor": {"state": {0: {"step": torch.tensor(7.0)}}, "groups": [{"lr": 3e-4, "on": True}]}
            },
            folds={"agents": {"actor": torch.ones(2, 3)}, "scalers": [{"mean": [0.0, 0.1]}]},
            forecaster={**_forecaster(), "symbols": symbols},
            scaler={
                "features": list(SCALER_FEATURES),
                "mean": [0.1 * i for i in range(8)],
                "scale": [1.0 + i / 3 for i in range(8)],
                "low": [-2.0] * 8,
                "high": [3.0] * 8,
            },
            settings=settings,
            symbols=symbols,
            evaluation=evaluation,
            agents=evaluation,
            baselines=[
                dataclasses.replace(
                    evaluation,
                    name="HRP",
                    folds=evaluation.folds * 0,
                    members=evaluation.members[:, :0],
                    entries=evaluation.entries[:, :0],
                )
            ],
            training_log=pd.DataFrame({"update": [1, 2], "member": [1, 2], "loss": [0.3, float("nan")]}),
            metadata=metadata,
        )
    )


def truthful(artifacts: Artifacts) -> Artifacts:
    """The same version with returns, dates and figures that are those of its weights and prices."""
    rules, record = artifacts.settings.constraints, artifacts.evaluation
    rows = np.arange(len(record.net))

    def anew(result: Backtest) -> Backtest:
        return on_weeks(result.name, result, rows, rules)

    evaluation = anew(record)
    agents = evaluation if artifacts.agents is record else anew(artifacts.agents)
    if not np.array_equal(agents.fills, evaluation.fills):
        agents = evaluation
    fitted = [
        anew(dataclasses.replace(each, growth=record.growth) if each.symbols else each)
        for each in artifacts.baselines
    ]
    equal = baselines(evaluation, rows, rules, fitted)[0]
    metadata = dataclasses.replace(
        artifacts.metadata,
        evaluation_start=str(evaluation.dates[0]),
        evaluation_end=str(evaluation.dates[-1]),
        metrics=figures("eval", evaluation, rules) | figures("agents", agents, rules) | {"actor_loss": 1 / 3},
        baselines={equal.name: figures("eval", equal, rules)},
    )
    return dataclasses.replace(
        artifacts, evaluation=evaluation, agents=agents, baselines=fitted, metadata=metadata
    )


def undetermined(version: Version, monkeypatch: pytest.MonkeyPatch) -> Version:
    """The same version, its weeks read as if they determined no figure."""
    read = Version.evaluation

    def evaluation(self: Version) -> Backtest:
        record = read(self)
        if self.name != version.name:
            return record
        return dataclasses.replace(record, growth=record.growth * np.nan, net=record.net * np.nan)

    monkeypatch.setattr(Version, "evaluation", evaluation)
    return version


def _metadata(name: str, evaluation: Backtest, provenance: Provenance, created_at: str) -> Metadata:
    return Metadata(
        version=name,
        variant=VARIANT,
        kind="full",
        parent=None,
        created_at=created_at,
        engine_version=ENGINE_VERSION,
        preset="plan",
        provenance=provenance,
        last_decision=str(evaluation.decisions[-1]),
        evaluation_start="",
        evaluation_end="",
        metrics={},
        baselines={},
        forecast_skill=[ForecastSkill(2018, 20, 0.01, 0.2)],
        validations=[Validation(0, "2018-01-05", "2018-06-29", 26, 0.02, 1.4, 0.7)],
        notes=["The names are survivors."],
        seconds={"agents": 1.5},
    )
