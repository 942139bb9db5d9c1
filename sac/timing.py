"""How long a training will take: as long as earlier ones here took, by how much there is to compute."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sac.config import (
    ENGINE_VERSION,
    FINETUNE_WEEKS,
    VARIANTS,
    WEEKS_PER_YEAR,
    ForecastSettings,
    LearnerSettings,
    TrainingSettings,
)
from sac.errors import DeskError
from sac.forecast import training_weeks
from sac.market import MarketPanel
from sac.progress import Stage
from sac.registry import Registry, Version
from sac.registry.origin import origin

__all__ = ["Record", "Work", "expected_seconds", "forecast_seconds", "recorded", "update_seconds"]

# Seconds of one core of an Intel Xeon (Emerald Rapids, virtual) on the sample. They only set the shares of
# the stages: the pace of this machine is that of the trainings it has recorded.
_AGENT = {  # learner and network -> an update of one agent, and how many agents' time any update costs beside
    ("sac", "mlp"): (4.8e-4, 1.0),
    ("sac", "per_stock"): (1.4e-3, 0.5),
    ("ppo", "mlp"): (1.25e-4, 4.0),
    ("ppo", "per_stock"): (3.5e-4, 3.0),
    ("direct", "mlp"): (7e-4, 11.0),
    ("direct", "per_stock"): (1.2e-3, 17.0),
}
_EPOCH = {"lstm": 1e-3, "patchtst": 2e-3}  # a forecaster's, of a week of examples of 15 stocks
_SAMPLE_STOCKS = 15
_EVALUATED = 0.015  # a week of the evaluation, benchmarks and all
_SAVED = 0.5  # files, gate and ledger
_TELLING = 1.0  # seconds of updates below which a training tells nothing of the pace


@dataclass(frozen=True)
class Work:
    """What a training computes."""

    variant: str
    settings: TrainingSettings
    stocks: int
    taught: int  # weeks that teach its forecasters, of all years together
    folds: int  # fits of the agents, that of production among them
    weeks: int  # of the evaluation

    @classmethod
    def of(cls, variant: str, settings: TrainingSettings, panel: MarketPanel) -> "Work":
        """That of a full training on these data."""
        years, taught = settings.evaluation_years, sum(training_weeks(panel, settings.forecast).values())
        return cls(variant, settings, len(panel.symbols), taught, years + 1, years * WEEKS_PER_YEAR)

    @property
    def alike(self) -> tuple[str, str]:
        """Learner and network: updates of the same ones cost the same."""
        return self.settings.agent.algorithm, self.settings.agent.network

    @property
    def agents(self) -> float:
        """Seconds of the agents' updates, on the machine where these were measured."""
        agent = self.settings.agent
        return agent.updates * update_seconds(agent, self.folds * self.settings.members, self.stocks)

    @property
    def evaluation(self) -> float:
        """The same of the evaluation and the benchmarks on its weeks."""
        return self.weeks * _EVALUATED


@dataclass(frozen=True)
class Record:
    """What an earlier training computed, and how long that took here."""

    work: Work
    engine: str
    agents: float  # seconds
    evaluation: float

    @property
    def pace(self) -> float:
        """Seconds of the agents here for one where updates were measured."""
        return self.agents / self.work.agents

    def like(self, work: Work) -> tuple[bool, bool, bool, float]:
        """How much it tells of other work: the smaller, the more."""
        size = abs(math.log(work.agents / self.work.agents))
        own = self.engine == ENGINE_VERSION
        return not own, self.work.alike != work.alike, self.work.variant != work.variant, size


def recorded(registry: Registry) -> list[Record]:
    """The trainings that ran on this desk, newest first within a variant."""
    return [record for variant in VARIANTS for record in _of_variant(registry, variant)]


def expected_seconds(work: Work, records: list[Record]) -> dict[Stage, float]:
    """Seconds of every stage of a training, in order.

    By the pace of the record that is most alike: of this engine, then of the same learner and network, then
    variant, then size, then the newest. Forecasters are counted as if none was fitted before.
    """
    nearest = min(records, key=lambda record: record.like(work), default=None)
    pace = nearest.pace if nearest else 1.0
    judged = nearest.evaluation / nearest.work.evaluation if nearest else 1.0
    return {
        "forecasts": pace * forecast_seconds(work.settings.forecast, work.taught, work.stocks),
        "agents": pace * work.agents,
        "evaluation": judged * work.evaluation,
        "saving": _SAVED,
    }


def forecast_seconds(settings: ForecastSettings, taught: int, stocks: int) -> float:
    """Of forecasters that so many weeks teach, on the machine where these were measured."""
    return _EPOCH[settings.kind] * settings.epochs * settings.members * taught * stocks / _SAMPLE_STOCKS


def update_seconds(agent: LearnerSettings, agents: int, stocks: int) -> float:
    """Of one update of so many agents together, on the machine where these were measured."""
    each, beside = _AGENT[agent.algorithm, agent.network]
    # A network that stocks share learns from as many rows at any number of stocks.
    width = 1.0 if agent.batch_rows else stocks / _SAMPLE_STOCKS
    return each * (agents + beside) * width


def _of_variant(registry: Registry, variant: str) -> Iterator[Record]:
    for version in registry.versions(variant):
        seconds = version.metadata.seconds
        measured = seconds.get("agents", 0.0) > _TELLING and seconds.get("evaluation", 0.0) > 0.0
        if measured and _made_here(registry, version):
            engine = version.metadata.engine_version
            yield Record(_work_of(version), engine, seconds["agents"], seconds["evaluation"])


def _made_here(registry: Registry, version: Version) -> bool:
    """Not pulled from elsewhere, where another machine took its own time."""
    try:
        return origin(registry, version.variant, version.name) is None
    except DeskError:
        return False


def _work_of(version: Version) -> Work:
    record, settings = version.metadata, version.settings
    days = np.datetime64(record.evaluation_end) - np.datetime64(record.evaluation_start)
    weeks = max(round(days / np.timedelta64(7, "D")), 1)
    blocks = round(weeks / (FINETUNE_WEEKS if record.kind == "finetune" else WEEKS_PER_YEAR))
    return Work(version.variant, settings, len(version.symbols), 0, max(blocks, 1) + 1, weeks)
