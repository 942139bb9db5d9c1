"""Every number of the original plan (docs/requirements.md), once, with its reason."""

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Discriminator

from sac.errors import SettingsError
from sac.learner_settings import AgentSettings, DirectSettings, LearnerSettings, PPOSettings, SACSettings
from sac.limits import LIMITS, within, within_limits

__all__ = [
    "AGEING_WEEKS",
    "CASH",
    "DEMO_VARIANTS",
    "ENGINE_VERSION",
    "FINETUNE_WEEKS",
    "FOLLOW",
    "FORECASTERS",
    "LIMITS",
    "OPEN_SETTINGS",
    "PRESETS",
    "SELECTION_WEEKS",
    "SERVICE_WEEKS",
    "SIGNALS",
    "STALE_WEEKS",
    "VARIANTS",
    "AgentSettings",
    "Constraints",
    "DirectSettings",
    "FineTuneSettings",
    "Follow",
    "FollowChoice",
    "ForecastSettings",
    "LearnerSettings",
    "PPOSettings",
    "SACSettings",
    "Seen",
    "TrainingSettings",
    "Variant",
    "preset_settings",
]

ENGINE_VERSION = "6"  # part of every version's name: raise it when the same settings train another agent
CASH = "CASH"  # what is not in stocks: the last weight of every portfolio
WEEKS_PER_YEAR = 52
STALE_WEEKS = 2  # complete weeks that data may miss before nobody should trade on them
SERVICE_WEEKS = 53  # after a version's last decision its agents, and their validation, are too old
AGEING_WEEKS = 40  # from then on pages say that a new training is due
SELECTION_WEEKS = 104  # before the first evaluation year: a sweep is judged on them
FINETUNE_WEEKS = 26  # the most recent ones, and a block of the evaluation (original plan)

SIGNALS = (
    "news_sentiment",
    "gross_margin",
    "operating_margin",
    "net_margin",
    "current_ratio",
    "debt_to_equity",
    "fundamental_age",
)


Seen = Literal["forecast", "alpha"]  # by agents: the forecast as it is, or calibrated (forecast/alpha.py)
Follow = Literal["agents", "conviction"]  # what a version was trained to hold
FollowChoice = Literal["as trained", "agents", "equal weight"]  # what a person made of it
EARLIER_NAMES = {"walks": "n_envs"}  # of settings, as requests and sweeps of earlier releases call them


@dataclass(frozen=True)
class Variant:
    """Algorithm × forecaster: one line of models with its own champion."""

    algorithm: Literal["sac", "ppo", "direct"]
    forecaster: Literal["lstm", "patchtst"]
    label: str


VARIANTS = {
    "sac_lstm": Variant("sac", "lstm", "SAC + LSTM"),
    "sac_patchtst": Variant("sac", "patchtst", "SAC + PatchTST"),
    "ppo_lstm": Variant("ppo", "lstm", "PPO + LSTM"),
    "ppo_patchtst": Variant("ppo", "patchtst", "PPO + PatchTST"),
    "direct_lstm": Variant("direct", "lstm", "Direct + LSTM"),
    "direct_patchtst": Variant("direct", "patchtst", "Direct + PatchTST"),
}

DEMO_VARIANTS = ("sac_lstm", "sac_patchtst", "ppo_lstm")  # the three contenders that the desk shows first


@dataclass(frozen=True)
class Constraints:
    """What every portfolio of the desk obeys, and what trading costs (original plan)."""

    cash_buffer: float = 0.02  # least share of wealth in CASH
    max_position: float = 0.20  # most in one stock
    cost_rate: float = 0.0010  # 10 bps of every dollar traded in stocks
    cash_rate: float = 0.0  # annualised return of CASH

    def __post_init__(self) -> None:
        within("cash_buffer", self.cash_buffer, 0.0, 0.99)
        within("max_position", self.max_position, 0.001, 1.0)
        within("cost_rate", self.cost_rate, 0.0, 0.1)
        within("cash_rate", self.cash_rate, -0.5, 1.0)

    @property
    def cash_growth(self) -> float:
        """Weekly growth of one dollar in CASH."""
        return float((1.0 + self.cash_rate) ** (1.0 / WEEKS_PER_YEAR))


# Open settings as chosen by benchmarks/learning.py on draws that its table does not use (docs/engine.md).
# A network that all stocks share learns as much at half the width, in half the time. Every stock of a week is
# a row of its batch: with fixed rows an update costs the same at any number of stocks.
_SHARED: dict[str, Any] = {"network": "per_stock", "hidden_sizes": (32, 32), "batch_rows": 64 * 15}
PRESETS: dict[str, dict[str, LearnerSettings]] = {
    "plan": {"sac": SACSettings(), "ppo": PPOSettings(), "direct": DirectSettings()},
    "desk": {
        "sac": SACSettings(init_alpha=0.002, alpha_stocks=100, updates=3_000, **_SHARED),
        "ppo": PPOSettings(**_SHARED),
        "direct": DirectSettings(**{**_SHARED, "batch_rows": 16 * 15}),
    },
}


# What a training may choose of its agent beside the preset; the original plan's values are not up for choice.
OPEN_SETTINGS = frozenset(
    ["updates", "action_scale", "reward_scale", "relative_reward", "counterfactual", "n_envs", "value_weight"]
)


@dataclass(frozen=True)
class ForecastSettings:
    """The forecaster of next week's return per stock, refitted for every calendar year."""

    kind: Literal["lstm", "patchtst"] = "lstm"
    window: int = 60  # sessions of history per input
    hidden: int = 32
    epochs: int = 4
    batch_size: int = 256
    learning_rate: float = 1e-3
    fit_years: int = 5  # original plan: the five years before the predicted one
    least_years: int = 2  # with fewer the forecast is missing
    seed: int = 0

    # Defaults are what engines up to 4 did.
    months: int = 0  # of four weekly returns that it sees beside the sessions
    target: Literal["return", "rank"] = "return"  # what it is fitted to: next week's return, or its rank
    members: int = 1  # fits with other seeds; the forecast is their mean
    half_life: int = 0  # weeks after which an earlier forecast counts half in the mean of now; 0: not at all
    seen: Seen = "forecast"
    epoch_examples: int = 0  # most of an epoch, a stock's week each: it draws whole weeks; 0: all of them

    def __post_init__(self) -> None:
        within("window", self.window, 5, 520)
        within("hidden", self.hidden, 1, 512)
        within("epochs", self.epochs, 1, 500)
        within("batch_size", self.batch_size, 8, 65_536)
        within("learning_rate", self.learning_rate, 1e-7, 1.0)
        within("months", self.months, 0, 65)
        within("members", self.members, 1, 64)
        within("half_life", self.half_life, 0, 13)
        within("least_years", self.least_years, 1, self.fit_years)
        within("fit_years", self.fit_years, 1, 50)
        within("epoch_examples", self.epoch_examples, 0, 100_000_000)

    def epoch_weeks(self, stocks: int) -> int:
        """Most weeks that an epoch may draw."""
        return max(self.epoch_examples // stocks, 1) if self.epoch_examples else sys.maxsize


# Chosen on two New York sets and on the sample's 2007-2018 (docs/evidence.md).
_CHOSEN: dict[str, Any] = {
    **{"months": 13, "target": "rank", "members": 3, "half_life": 1, "seen": "alpha"},
    "epoch_examples": 10_000,  # five years of up to 38 stocks: 500 take as long, and lose no skill by it
}
FORECASTERS = {
    "lstm": ForecastSettings(**_CHOSEN),
    "patchtst": ForecastSettings("patchtst", hidden=16, learning_rate=5e-4, **{**_CHOSEN, "members": 2}),
}


FOLLOW: Mapping[str, Follow] = {"plan": "agents", "desk": "conviction"}  # the original plan knows no doubt


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that, with the data, determines a version."""

    preset: str = "plan"
    members: int = 5  # seeds trained together; the committee's weights are their mean
    evaluation_years: int = 2  # walk-forward folds of 52 weeks
    validation_weeks: int = 156  # before the evaluation: they measure the conviction; 0: no validation
    follow: Follow = "conviction"  # equal weight by as much as the agents convince, or the agents always
    trials: int = 1  # settings that were compared to choose these: the best of many looks good by luck
    seed: int = 0
    agent: Annotated[LearnerSettings, Discriminator("algorithm")] = field(default_factory=SACSettings)
    forecast: ForecastSettings = field(default_factory=ForecastSettings)
    constraints: Constraints = field(default_factory=Constraints)

    def __post_init__(self) -> None:
        within_limits(self, "members", "evaluation_years", "seed", "trials")
        if self.follow not in get_args(Follow):
            raise SettingsError(f"follow is {self.follow!r}: choose agents or conviction.", "follow")
        if self.validation_weeks:
            within_limits(self, "validation_weeks")


@dataclass(frozen=True)
class FineTuneSettings:
    """What a fine-tuning changes of its parent's settings: smaller steps, and fewer of them."""

    updates: int = 2_000
    rate: float = 1e-4  # of every optimiser: a third of the original plan's: 26 weeks are soon memorised

    def __post_init__(self) -> None:
        within_limits(self, "updates", "rate")

    def applied(self, settings: TrainingSettings) -> TrainingSettings:
        """The parent's settings with these in place. Raises SettingsError for a value out of range."""
        names = ("actor_lr", "critic_lr", "alpha_lr", "learning_rate")
        rates = {f.name: self.rate for f in dataclasses.fields(settings.agent) if f.name in names}
        agent = dataclasses.replace(settings.agent, updates=self.updates, **rates)  # type: ignore[arg-type]
        return dataclasses.replace(settings, agent=agent)


def preset_settings(
    variant: str,
    preset: str = "plan",
    *,
    members: int | None = None,
    evaluation_years: int | None = None,
    validation_weeks: int | None = None,
    seed: int | None = None,
    follow: Follow | None = None,
    trials: int | None = None,
    experiment: Mapping[str, Any] | None = None,
    **open_settings: float,
) -> TrainingSettings:
    """Settings of a variant's training: a preset, with settings of its agent replaced.

    `experiment` may replace any setting of the agent, also fixed ones; the preset's name says so then.
    Raises SettingsError for an unknown variant, preset or setting, or a value out of range.
    """
    if variant not in VARIANTS:
        raise SettingsError(f"There is no variant {variant!r}: choose one of {', '.join(VARIANTS)}.")
    if preset not in PRESETS:
        raise SettingsError(f"There is no preset {preset!r}: choose one of {', '.join(PRESETS)}.")
    algorithm = VARIANTS[variant].algorithm
    tried: dict[str, Any] = {
        EARLIER_NAMES.get(name, name): tuple(value) if isinstance(value, list) else value
        for name, value in (experiment or {}).items()  # whose JSON and TOML know no tuples
    }
    chosen = {EARLIER_NAMES.get(name, name): value for name, value in open_settings.items()}
    agent = PRESETS[preset][algorithm]
    known = {f.name for f in dataclasses.fields(agent)} - {"algorithm"}
    for names, allowed, kind in ((chosen, known & OPEN_SETTINGS, "open "), (tried, known, "")):
        unknown = sorted(names.keys() - allowed)
        if unknown:
            learner = VARIANTS[variant].label.split(" + ")[0]
            raise SettingsError(f"{learner} has no {kind}setting {', '.join(unknown)}.", unknown[0])
    settings = TrainingSettings(
        preset=f"{preset}, changed" if tried else preset,
        agent=dataclasses.replace(agent, **{**chosen, **tried}),
        forecast=FORECASTERS[VARIANTS[variant].forecaster],
        follow=FOLLOW[preset],
    )
    given = {
        "members": members,
        "evaluation_years": evaluation_years,
        "validation_weeks": validation_weeks,
        "seed": seed,
        "follow": follow,
        "trials": trials,
    }
    return dataclasses.replace(settings, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
