"""All folds × members of a training as one ensemble, and their honest walk over the evaluation years."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sac.agent.committee import Committee, WalkForward, members_of
from sac.agent.learning import LearningCurve
from sac.agent.ppo import PPOLearner
from sac.agent.scaler import PortfolioScaler
from sac.agent.soft_actor_critic import SACLearner
from sac.config import SELECTION_WEEKS, WEEKS_PER_YEAR, TrainingSettings
from sac.errors import DataError
from sac.market import MarketPanel
from sac.portfolio import Backtest, Validation, backtest, backtests, validate
from sac.portfolio.environment import PortfolioEnvironment, flat_features

__all__ = [
    "LEARNERS",
    "PRODUCTION",
    "Ensemble",
    "Fold",
    "agent_seed",
    "evaluation_folds",
    "evaluation_steps",
    "learning_log",
    "selection_fold",
    "train_ensemble",
]

PRODUCTION = 0  # the number of the fit on all data
_LEAST_TRAINING_WEEKS = 104
_BEFORE_VALIDATION = 0.75  # share of the updates that agents make before they see the held-out weeks
Floats = npt.NDArray[np.float64]
LEARNERS: dict[str, type[SACLearner] | type[PPOLearner]] = {"sac": SACLearner, "ppo": PPOLearner}


@dataclass(frozen=True)
class Fold:
    """One fit: trained on steps [train_start, train_stop), judged on `evaluation` (empty for production)."""

    number: int  # 1 is the earliest evaluation year, or block of a fine-tuning
    train_stop: int
    evaluation: range
    validation: range = range(0)  # last weeks of training, held out to judge the committee first
    train_start: int = 0

    @property
    def inner_stop(self) -> int:
        """Where the training ends that validation judges; the weeks in between are not yet known there."""
        return max(self.validation.start - 1, 0) if self.validation else self.train_stop


def evaluation_folds(panel: MarketPanel, years: int, validation_weeks: int = 0) -> list[Fold]:
    """Expanding windows, oldest first, then the production fit; 52 steps a year, the last ends with the data.

    Purge: a fold trains only on steps whose return is complete at its first decision's close.
    Raises DataError when the history is too short.
    """
    end, needed = panel.complete_steps, _LEAST_TRAINING_WEEKS + validation_weeks
    folds = []
    for number in range(1, years + 1):
        first = end - WEEKS_PER_YEAR * (years - number + 1)
        fold = _fold(panel, number, first, range(first, first + WEEKS_PER_YEAR), validation_weeks)
        if fold.inner_stop < _LEAST_TRAINING_WEEKS:
            possible = max(end - needed - 4, 0) // WEEKS_PER_YEAR
            raise DataError(
                f"{years} evaluation years need {needed} weeks of history before them, and this data allows "
                f"{possible}. Ask for fewer years or load a longer history."
            )
        folds.append(fold)
    return [*folds, _fold(panel, PRODUCTION, len(panel.decisions) - 1, range(0), validation_weeks)]


def selection_fold(panel: MarketPanel, years: int) -> Fold:
    """One fold that is judged on the two years before so many evaluation years: settings are chosen there.

    Purge: it trains on what was known when its judgement begins, and that ends with what is known when the
    first evaluation year begins. Raises DataError when the history is too short.
    """
    stop = evaluation_folds(panel, years)[0].train_stop
    start = stop - SELECTION_WEEKS
    fold = _fold(panel, 1, max(start, 0), range(start, stop), 0)
    if fold.train_stop < _LEAST_TRAINING_WEEKS:
        needed = _LEAST_TRAINING_WEEKS + SELECTION_WEEKS
        raise DataError(
            f"Choosing among settings needs {needed} weeks of history before the {years} evaluation years, "
            f"and this data has {stop}. Ask for fewer years or load a longer history."
        )
    return fold


def _fold(panel: MarketPanel, number: int, first: int, evaluation: range, validation_weeks: int) -> Fold:
    stop = panel.steps_known_at(first) if first > 0 else 0
    return Fold(number, stop, evaluation, range(stop - validation_weeks, stop))


def evaluation_steps(folds: list[Fold]) -> range:
    """The stretch that the folds' evaluation years cover together."""
    years = [fold.evaluation for fold in folds if fold.number != PRODUCTION]
    return range(years[0].start, years[-1].stop)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Trained agents, fold by fold and member by member."""

    folds: list[Fold]
    assets: int  # n + 1
    scalers: list[PortfolioScaler]  # one per fold, of its own window
    state: dict[str, Any]  # see SoftActorCritic.state: E = folds × members
    settings: TrainingSettings
    log: pd.DataFrame  # one row per logged update and agent
    validations: list[Validation]  # one per fold; empty when nothing was held out

    def rows(self, index: int) -> slice:
        """Where the agents of the index-th fold stand."""
        members = self.settings.members
        return slice(index * members, (index + 1) * members)

    def committee(self, index: int, name: str) -> Committee:
        """The members of the index-th fold as one allocator."""
        settings, actor = self.settings, members_of(self.state["actor"], self.rows(index))
        trusted = not self.validations or self.validations[index].trusted
        return Committee(
            actor,
            self.assets,
            self.scalers[index],
            settings.agent,
            settings.constraints,
            name,
            trusted=trusted,
        )

    def final_losses(self) -> dict[str, float]:
        """Actor and critic loss at the last update, mean over the production members."""
        last = self.log[(self.log["fold"] == PRODUCTION) & (self.log["update"] == self.log["update"].max())]
        return {loss: float(last[loss].mean()) for loss in ("actor_loss", "critic_loss")}

    def evaluate(self, panel: MarketPanel, name: str) -> Backtest:
        """One continuous walk over all evaluation years; where a year begins its own committee takes over."""
        years = [i for i, fold in enumerate(self.folds) if fold.number != PRODUCTION]
        committees = [self.committee(i, name) for i in years]
        numbers = np.repeat(
            [self.folds[i].number for i in years], [len(self.folds[i].evaluation) for i in years]
        )
        walk = WalkForward(committees, [self.folds[i].evaluation.start for i in years], name)
        steps, constraints = evaluation_steps(self.folds), self.settings.constraints

        def alone(step: int, weights: Floats) -> Floats:
            scale = self.settings.agent.action_scale
            return walk.committee(step).member_targets(panel, step, weights, scale).numpy()

        names = [f"Member {i}" for i in range(1, self.settings.members + 1)]
        members = backtests(names, alone, panel, steps, [constraints] * len(names), numbers)
        return backtest(walk, panel, steps, constraints, numbers).with_members(members)


def train_ensemble(
    panel: MarketPanel,
    folds: list[Fold],
    settings: TrainingSettings,
    report: Callable[[int, dict[str, float]], None],
) -> Ensemble:
    """Train every fold's members together; an agent sees its fold's window and nothing later.

    With weeks held out, the agents first train without them, are judged on them, and go on with them.
    """
    scalers = [PortfolioScaler.fit(panel.features[: fold.inner_stop]) for fold in folds]
    features = np.stack([flat_features(scaler.transform(panel.features)) for scaler in scalers])
    agents = [(i, fold, member) for i, fold in enumerate(folds) for member in range(1, settings.members + 1)]

    def windows(stops: list[int]) -> PortfolioEnvironment:
        rows = [i for i, _, _ in agents]
        stop = [stops[i] for i in rows]
        return PortfolioEnvironment.over(panel, features, rows, stop, settings.agent, settings.constraints)

    seeds = [agent_seed(settings.seed, fold.number, member) for _, fold, member in agents]
    learner = LEARNERS[settings.agent.algorithm](
        windows([fold.inner_stop for fold in folds]),
        seeds,
        settings.agent,  # type: ignore[arg-type]  # the algorithm chose both
    )
    curve = LearningCurve(settings.agent.updates, report)

    def ensemble(validations: list[Validation]) -> Ensemble:
        assets = len(panel.symbols) + 1
        return Ensemble(
            folds, assets, scalers, learner.state(), settings, learning_log(curve, agents), validations
        )

    if not settings.validation_weeks:
        learner.run(settings.agent.updates, curve)
        return ensemble([])
    before = int(settings.agent.updates * _BEFORE_VALIDATION)
    learner.run(before, curve)
    judged = ensemble([])
    validations = [
        validate(panel, judged.committee(i, "Held out"), fold.validation, fold.number, settings.constraints)
        for i, fold in enumerate(folds)
    ]
    learner.go_on_in(windows([fold.train_stop for fold in folds]))
    learner.run(settings.agent.updates - before, curve)
    return ensemble(validations)


def learning_log(curve: LearningCurve, agents: list[tuple[int, Fold, int]]) -> pd.DataFrame:
    """One row per logged update and agent."""
    return pd.DataFrame(
        {"update": point["update"], "fold": fold.number, "member": member}
        | {name: values[row] for name, values in point.items() if name != "update"}
        for point in curve.points
        for row, (_, fold, member) in enumerate(agents)
    )


def agent_seed(*parts: int) -> int:
    """One agent's seed: the same whatever else trains beside it."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
