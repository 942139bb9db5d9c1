"""Small true versions: tiny tensors, and a back-test over random walks."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import torch

from sac import evidence
from sac.config import ENGINE_VERSION, WEEKS_PER_YEAR, Constraints, TrainingSettings
from sac.evidence.comparison import figures
from sac.market import Provenance
from sac.portfolio import Backtest, EqualWeight, Validation, backtest
from sac.registry import SCALER_FEATURES, Artifacts, ForecastSkill, Metadata, version_name
from tests.support.synthetic import random_panel

VARIANT = "sac_lstm"
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


def small_artifacts(
    seed: int = 0, cagr: float | None = None, created_at: str = "2026-01-01T00:00:00+00:00"
) -> Artifacts:
    """A complete version; another seed is another version."""
    torch.manual_seed(seed)
    evaluation, provenance = _evaluation(cagr)
    settings = TrainingSettings(seed=seed, members=2)
    last = str(evaluation.decisions[-1])
    name = version_name(
        last, fingerprint=provenance.sha256, symbols=evaluation.symbols, settings=settings, variant=VARIANT
    )
    return Artifacts(
        actor={"body.weight": torch.randn(2, 3, 4), "body.bias": torch.randn(2, 4)},
        critic={"q": torch.randn(2, 2, 5)},
        critic_target={"q": torch.randn(2, 2, 5)},
        log_alpha={"log_alpha": torch.randn(2)},
        optimizers={
            "actor": {"state": {0: {"step": torch.tensor(7.0)}}, "groups": [{"lr": 3e-4, "on": True}]}
        },
        folds={"agents": {"actor": torch.randn(2, 3)}, "scalers": [{"mean": [0.0, 0.1]}]},
        forecaster={"weights": {"lstm": torch.randn(3)}, "symbols": list(evaluation.symbols), "year": 2018},
        scaler={
            "features": list(SCALER_FEATURES),
            "mean": [0.1 * i for i in range(8)],
            "scale": [1.0 + i / 3 for i in range(8)],
            "low": [-2.0] * 8,
            "high": [3.0] * 8,
        },
        settings=settings,
        symbols=evaluation.symbols,
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
        training_log=pd.DataFrame({"update": [1, 2], "agent": ["a", "b"], "loss": [0.1 + 0.2, float("nan")]}),
        metadata=_metadata(name, evaluation, provenance, created_at),
    )


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
        evaluation_start=str(evaluation.fills[0]),
        evaluation_end=str(evaluation.ends[-1]),
        metrics=figures("eval", evaluation, Constraints())
        | figures("agents", evaluation, Constraints())
        | {"eval_calmar": float("nan"), "actor_loss": 1 / 3},
        baselines={"Equal weight": {"eval_cagr": 0.05}},
        forecast_skill=[ForecastSkill(2018, 20, 0.01, 0.2)],
        validations=[Validation(0, "2018-01-05", "2018-06-29", 26, 0.02, 1.4, 0.7)],
        notes=["The names are survivors."],
        seconds={"agents": 1.5},
    )
