"""What a version consists of."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from sac.config import TrainingSettings
from sac.forecast import ForecastSkill
from sac.market import Provenance
from sac.portfolio import Backtest, LearningPoint, Validation

if TYPE_CHECKING:
    import torch

__all__ = ["Artifacts", "ForecastSkill", "Metadata"]


@dataclass(frozen=True)
class Metadata:
    """A version's story: what it was trained on, and how it did out of sample. Dates are ISO text."""

    version: str
    variant: str
    kind: Literal["full", "finetune"]
    parent: str | None
    created_at: str  # UTC
    engine_version: str
    preset: str
    provenance: Provenance
    last_decision: str
    evaluation_start: str  # first and last session of the evaluation, fill to fill
    evaluation_end: str
    metrics: dict[str, float]  # eval_cagr, ... as traded; agents_cagr, ... their own; actor_loss, critic_loss
    baselines: dict[str, dict[str, float]]  # name -> the same eval_ figures on the same weeks
    forecast_skill: list[ForecastSkill]
    validations: list[Validation]  # per fold, production last; empty without validation weeks
    notes: list[str]  # what a reader must know: survivors in the sample, a cap that forces cash
    seconds: dict[str, float]  # wall clock per stage
    learning: list[LearningPoint] = field(default_factory=list)  # empty for a fine-tuning and engines up to 3

    @property
    def production(self) -> Validation | None:
        """The validation of the committee that decides today; None without validation weeks."""
        return self.validations[-1] if self.validations else None


@dataclass(frozen=True, eq=False)
class Artifacts:
    """Everything of a version, ready to be written. Tensors have a leading member dimension."""

    actor: "dict[str, torch.Tensor]"
    critic: "dict[str, torch.Tensor]"
    critic_target: "dict[str, torch.Tensor]"
    log_alpha: "dict[str, torch.Tensor]"
    optimizers: dict[str, Any]  # nested dicts and lists of tensors and numbers
    folds: dict[str, Any]  # the same, of every fold's agents with their scalers
    forecaster: dict[str, Any]  # the same, of the newest fitted forecaster
    scaler: dict[str, Any]  # builtins only
    settings: TrainingSettings
    symbols: tuple[str, ...]
    evaluation: Backtest  # as traded
    agents: Backtest  # their own: the same weeks followed without reserve
    baselines: list[Backtest]  # on the weeks of the evaluation, those that it cannot be computed from
    training_log: pd.DataFrame  # one row per logged update and agent
    metadata: Metadata
