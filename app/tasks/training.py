"""Full training and fine-tuning as jobs."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import AliasChoices, Field

from app.hub.outbox import enqueue_champion, enqueue_version
from app.hub.repository import where
from app.jobs.kind import Kind, Request, Result
from app.jobs.record import Job
from app.settings import RAY_SECRETS, Settings
from app.tasks.market import market_panel
from sac.config import FineTuneSettings, Follow, TrainingSettings, preset_settings
from sac.errors import SettingsError
from sac.progress import Report, Stopwatch
from sac.promotion.state import champion_of
from sac.text import value_text

if TYPE_CHECKING:
    from sac.registry import Version
    from sac.training import Outcome

__all__ = [
    "FINETUNE",
    "FULL",
    "FineTuning",
    "FullRequest",
    "FullTraining",
    "TrainingResult",
    "doubt",
    "result_of",
]


class FullTraining(Request):
    """Settings of a full training. The engine checks their ranges; what is left out is the preset's."""

    preset: Literal["plan", "desk"] = "plan"
    members: int | None = Field(default=None, description="Agents of the committee")
    evaluation_years: int | None = Field(default=None, description="Walk-forward years of 52 weeks")
    validation_weeks: int | None = Field(default=None, description="Weeks that validate the committee")
    follow: Follow | None = Field(
        default=None,
        description="What is held: the agents' weights always (plan's default), or equal weight and theirs "
        "by how far validation convinces (desk's)",
    )
    trials: int | None = Field(
        default=None,
        description="Settings that were compared to choose these; validation allows for the luck of the best",
    )
    seed: int | None = None
    updates: int | None = Field(default=None, description="Of every agent")
    action_scale: float | None = None
    reward_scale: float | None = None
    relative_reward: bool | None = None
    counterfactual: bool | None = Field(default=None, description="SAC only")
    n_envs: int | None = Field(
        default=None,
        validation_alias=AliasChoices("n_envs", "walks"),  # as earlier releases called it
        description="PPO only: rollouts side by side",
    )
    value_weight: float | None = Field(default=None, description="PPO only")


class FullRequest(FullTraining):
    """A full training, also of a sweep's trial."""

    experiment: dict[str, Any] | None = None  # any setting of the agent, as a trial had it

    def settings(self, variant: str) -> TrainingSettings:
        """The settings of the training. Raises SettingsError, or TypeError for an experiment's bad value."""
        return preset_settings(variant, **self.plain())


class FineTuning(Request):
    """Settings of a fine-tuning on the most recent 26 weeks."""

    updates: int | None = Field(default=None, description="Of every agent; 2000 by default")
    rate: float | None = Field(
        default=None, description="Learning rate of every optimiser; 0.0001 by default"
    )

    def settings(self) -> FineTuneSettings:
        """The settings of the fine-tuning. Raises SettingsError for a value out of range."""
        return FineTuneSettings(**self.plain())


class TrainingResult(Result):
    """The version of a training, its figures, and whether it became champion."""

    version: str
    data_window_start: str
    data_window_end: str
    metrics: dict[str, int | float | None]
    promoted: bool
    eligible: bool = False  # for promotion, by a person
    verdict: str = ""  # of the gate, in words
    prior_version: str | None = None  # the champion before
    symbols_used: list[str] = Field(default_factory=list)
    hf_repo: str | None = None  # where it will be on the Hub; None for a variant that is not shared
    hf_url: str | None = None


def _trains_away(root: Settings) -> bool:
    """Whether a cluster does the work, and decides when."""
    return root.ray is not None


def check_full(variant: str, request: FullRequest, root: Settings) -> None:
    """Refuse a training that could not start. Raises SettingsError."""
    _trains_away(root)  # an address that can be none is refused
    try:
        request.settings(variant)
    except TypeError as wrong:
        asked = request.experiment or {}
        given = ", ".join(f"{name} = {value_text(value)}" for name, value in asked.items())
        raise SettingsError(f"A training setting has the wrong type: {given}.") from wrong


def run_full(job: Job, request: FullRequest, root: Settings, report: Report) -> TrainingResult:
    """Train a variant from scratch."""
    watch, address = Stopwatch(report), root.ray
    panel, settings = market_panel(root, watch, computes=not address), request.settings(job.subject)
    desk = job.subject, panel, settings, root.registry, root.cache
    if address:
        from sac import ray_training  # the server knows nothing of Ray

        return _shared(ray_training.full(*desk, address, report, root.promotion, root.cluster_cores))
    from sac import training  # here: the server reads this module too and has no need of torch (2.3 s)

    return _shared(training.full(*desk, watch, root.promotion, root.cores))


def check_finetune(variant: str, request: FineTuning, root: Settings) -> None:
    """Refuse a fine-tuning that could not start. SettingsError, or ArtifactError for damage."""
    _trains_away(root)  # an address that can be none is refused
    champion = champion_of(root.registry, variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to start from: train it in full first.")
    request.settings().applied(champion.settings)


def doubt(champion: "Version") -> str | None:
    """Why fine-tuning a champion may be in vain; None where nothing speaks against it."""
    if champion.conviction:
        return None
    return (
        f"{champion.name} has conviction 0 %: its validation found no lead over equal weight. A fine-tuning "
        "inherits that until the validation is 53 weeks old; a full training measures anew."
    )


def run_finetune(job: Job, request: FineTuning, root: Settings, report: Report) -> TrainingResult:
    """Fine-tune a variant's champion."""
    watch, address = Stopwatch(report), root.ray
    panel, tuning = market_panel(root, watch, computes=not address), request.settings()
    desk = job.subject, panel, root.registry, root.cache
    if address:
        from sac import ray_training  # as in run_full

        return _shared(
            ray_training.finetune(*desk, address, report, tuning, root.promotion, root.cluster_cores)
        )
    from sac import training

    return _shared(training.finetune(*desk, watch, tuning, root.promotion, root.cores))


def _shared(outcome: "Outcome") -> TrainingResult:
    """Leave the version, and the news of a new champion, to the outbox; the result, with its place there."""
    version = outcome.version
    enqueue_version(version.variant, version.name, start=False)
    if outcome.settlement.promoted:
        enqueue_champion(version.variant, start=False)
    return result_from(outcome, *where(version.variant, version.name))


def result_from(outcome: "Outcome", repo: str | None = None, url: str | None = None) -> TrainingResult:
    """What a training gave, with the repository and the address of its version on the Hub."""
    version, settlement = outcome.version, outcome.settlement
    return TrainingResult(
        version=version.name,
        data_window_start=version.metadata.provenance.window_start,
        data_window_end=version.metadata.provenance.window_end,
        metrics=dict(version.metadata.metrics),
        promoted=settlement.promoted,
        eligible=settlement.gate.passed,
        verdict=settlement.gate.reason,
        prior_version=settlement.prior_version,
        symbols_used=list(version.symbols),
        hf_repo=repo,
        hf_url=url,
    )


FULL = Kind(
    "full",
    FullRequest,
    TrainingResult,
    run_full,
    check_full,
    "trained",
    away=_trains_away,
    secrets=RAY_SECRETS,
)
FINETUNE = Kind(
    "finetune",
    FineTuning,
    TrainingResult,
    run_finetune,
    check_finetune,
    "trained",
    away=_trains_away,
    secrets=RAY_SECRETS,
)


def result_of(job: Job) -> TrainingResult | None:
    """What a training of either kind gave; None before its end, and where this release cannot read it."""
    return FULL.result_of(job)
