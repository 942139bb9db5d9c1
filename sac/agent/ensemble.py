"""All folds × members of a training as one ensemble, and their honest backtest over the evaluation years."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sac.agent.committee import Committee, WalkForward
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.folds import PRODUCTION, Fold, evaluation_steps
from sac.agent.learner_group import LearnerGroup
from sac.agent.learners.curve import LearningCurve
from sac.agent.scaler import PortfolioScaler
from sac.agent.states import members_of
from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR, TrainingSettings
from sac.market import MarketPanel
from sac.portfolio import (
    Backtest,
    EqualWeight,
    LearningPoint,
    Validation,
    backtest,
    backtests,
    validate,
)

__all__ = ["Ensemble", "Evaluation", "agent_seed", "learning_log", "train_ensemble"]

_LOOKS = 10  # at the validation weeks while the agents have not seen them
_BEFORE_VALIDATION = 0.75  # share of the updates that agents make before they see the validation weeks


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The two records of the same weeks, out of sample, each with its members."""

    traded: Backtest  # from equal weight towards the agents by each fold's conviction
    agents: Backtest  # the agents' own: followed without reserve


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Trained agents, fold by fold and member by member."""

    folds: list[Fold]
    assets: int  # n + 1
    scalers: list[PortfolioScaler]  # one per fold, of its own window
    state: dict[str, Any]  # see SoftActorCritic.state: E = folds × members
    settings: TrainingSettings
    log: pd.DataFrame  # one row per logged update and agent
    validations: list[Validation]  # one per fold; empty without validation weeks
    learning: list[LearningPoint]  # of the production agents, before they saw their validation weeks

    def rows(self, index: int) -> slice:
        """Where the agents of the index-th fold stand."""
        members = self.settings.members
        return slice(index * members, (index + 1) * members)

    def committee(self, index: int, name: str, conviction: float = 1.0) -> Committee:
        """The members of the index-th fold as one allocator; the agents' own without a conviction."""
        settings, actor = self.settings, members_of(self.state["actor"], self.rows(index))
        return Committee(
            actor,
            self.assets,
            self.scalers[index],
            settings.agent,
            settings.constraints,
            name,
            conviction=conviction,
        )

    def conviction(self, index: int) -> float:
        """How far the index-th fold's agents are followed; all the way where nothing measured it."""
        follows = self.settings.follow == "agents" or not self.validations
        return 1.0 if follows else self.validations[index].conviction

    def validated(self, panel: MarketPanel) -> list[Validation]:
        """Every fold's agents on their validation weeks, which they must not have seen yet (leak!)."""
        rules, trials = self.settings.constraints, self.settings.trials
        return [
            validate(panel, self.committee(i, "Validation"), fold.validation, fold.number, rules, trials)
            for i, fold in enumerate(self.folds)
        ]

    def final_losses(self) -> dict[str, float]:
        """Actor loss at the last update, and critic loss if there is one; mean over production's members."""
        last = self.log[(self.log["fold"] == PRODUCTION) & (self.log["update"] == self.log["update"].max())]
        return {loss: float(last[loss].mean()) for loss in ("actor_loss", "critic_loss") if loss in last}

    def evaluate(self, panel: MarketPanel, name: str) -> Evaluation:
        """Both backtests over all evaluation years; where a year begins its own committee takes over."""
        convictions = [self.conviction(i) for i in self._years]
        agents = self._backtest(panel, name, [1.0] * len(convictions))
        followed = all(conviction == 1.0 for conviction in convictions)
        return Evaluation(agents if followed else self._backtest(panel, name, convictions), agents)

    @property
    def _years(self) -> list[int]:
        return [i for i, fold in enumerate(self.folds) if fold.number != PRODUCTION]

    def _backtest(self, panel: MarketPanel, name: str, convictions: list[float]) -> Backtest:
        """One backtest, with its members, of committees that are followed as far as that."""
        committees = [self.committee(i, name, c) for i, c in zip(self._years, convictions, strict=True)]
        years = [self.folds[i] for i in self._years]
        numbers = np.repeat([fold.number for fold in years], [len(fold.evaluation) for fold in years])
        result = WalkForward(committees, [fold.evaluation.start for fold in years], name)
        return result.backtest(panel, evaluation_steps(self.folds), numbers)


def train_ensemble(
    panel: MarketPanel,
    folds: list[Fold],
    settings: TrainingSettings,
    report: Callable[[int, dict[str, float]], None],
    helpers: Sequence[Executor] = (),
) -> Ensemble:
    """Train every fold's members together; an agent sees its fold's window and nothing later.

    With validation weeks, the agents first train without them, are judged on them, and go on with them.
    Helpers share the work; the bytes are the same with any number. Raises DeskError where one dies.
    """
    scalers = [PortfolioScaler.fit(panel.features[: f.inner_stop], settings.forecast.seen) for f in folds]
    features = np.stack([flat_features(scaler.transform(panel.features)) for scaler in scalers])
    agents = [(i, fold, member) for i, fold in enumerate(folds) for member in range(1, settings.members + 1)]

    def windows(stops: list[int]) -> PortfolioEnvironment:
        rows = [i for i, _, _ in agents]
        stop = [stops[i] for i in rows]
        return PortfolioEnvironment.over(panel, features, rows, stop, settings.agent, settings.constraints)

    seeds = [agent_seed(settings.seed, fold.number, member) for _, fold, member in agents]
    unseen = windows([fold.inner_stop for fold in folds])
    learner = LearnerGroup.across(unseen, seeds, settings.agent, helpers)
    learning: list[LearningPoint] = []

    def ensemble(state: dict[str, Any], *validations: Validation) -> Ensemble:
        log, assets = learning_log(curve, agents), len(panel.symbols) + 1
        return Ensemble(folds, assets, scalers, state, settings, log, [*validations], learning)

    def probe(done: int) -> dict[str, float]:
        committee = ensemble({"actor": learner.actor_state()}).committee(len(folds) - 1, "Validation")
        point = learning_point(panel, committee, folds[-1].validation, done)
        learning.append(point)
        lowest, highest = min(point.members), max(point.members)
        return {"validation": point.excess, "validation_low": lowest, "validation_high": highest}

    if not settings.validation_weeks:
        curve = LearningCurve(settings.agent.updates, report)
        curve.follow(learner, settings.agent.updates)
        return ensemble(learner.state())
    before = int(settings.agent.updates * _BEFORE_VALIDATION)
    marks = {before * (i + 1) // _LOOKS for i in range(_LOOKS)}
    curve = LearningCurve(settings.agent.updates, report, marks, probe)
    curve.follow(learner, before)
    validations = ensemble({"actor": learner.actor_state()}).validated(panel)
    learner.go_on_in(windows([fold.train_stop for fold in folds]))
    curve.follow(learner, settings.agent.updates - before)
    return ensemble(learner.state(), *validations)


def learning_log(curve: LearningCurve, agents: list[tuple[int, Fold, int]]) -> pd.DataFrame:
    """One row per logged update and agent."""
    return pd.DataFrame(
        {"update": point["update"], "fold": fold.number, "member": member}
        | {name: values[row] for name, values in point.items() if name != "update"}
        for point in curve.points
        for row, (_, fold, member) in enumerate(agents)
    )


def learning_point(panel: MarketPanel, committee: Committee, weeks: range, done: int) -> LearningPoint:
    """The committee and each of its members against equal weight on weeks that they have not seen."""
    constraints, scale = committee.constraints, committee.settings.action_scale
    names = ["Committee", *(f"Member {i + 1}" for i in range(committee.size))]

    def decide(step: int, weights: Floats) -> Floats:
        own = committee.member_targets(panel, step, weights[1:], scale).numpy()
        return np.vstack([committee.allocate(panel, step, weights[0]), own])

    results = backtests(names, decide, panel, weeks, [constraints] * len(names))
    equal = np.log1p(backtest(EqualWeight(constraints), panel, weeks, constraints).net)
    excess = [float((np.log1p(result.net) - equal).mean()) * WEEKS_PER_YEAR for result in results]
    return LearningPoint(done, excess[0], tuple(excess[1:]))


def agent_seed(*parts: int) -> int:
    """One agent's seed: the same whatever else trains beside it."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
