"""All folds × members of a training as one ensemble, and their honest backtest over the evaluation years."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sac.agent.committee import Committee, WalkForward, members_of
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.folds import PRODUCTION, Fold, evaluation_steps
from sac.agent.learners.curve import LearningCurve
from sac.agent.learners.ppo import PPOLearner
from sac.agent.learners.sac import SACLearner
from sac.agent.scaler import PortfolioScaler
from sac.arrays import Floats
from sac.config import TrainingSettings
from sac.market import MarketPanel
from sac.portfolio import Backtest, Validation, backtest, backtests, validate

__all__ = ["LEARNERS", "Ensemble", "agent_seed", "learning_log", "train_ensemble"]

_BEFORE_VALIDATION = 0.75  # share of the updates that agents make before they see the validation weeks
LEARNERS: dict[str, type[SACLearner] | type[PPOLearner]] = {"sac": SACLearner, "ppo": PPOLearner}


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

    def rows(self, index: int) -> slice:
        """Where the agents of the index-th fold stand."""
        members = self.settings.members
        return slice(index * members, (index + 1) * members)

    def committee(self, index: int, name: str) -> Committee:
        """The members of the index-th fold as one allocator."""
        settings, actor = self.settings, members_of(self.state["actor"], self.rows(index))
        passed = not self.validations or self.validations[index].passed
        return Committee(
            actor,
            self.assets,
            self.scalers[index],
            settings.agent,
            settings.constraints,
            name,
            passed=passed,
        )

    def final_losses(self) -> dict[str, float]:
        """Actor and critic loss at the last update, mean over the production members."""
        last = self.log[(self.log["fold"] == PRODUCTION) & (self.log["update"] == self.log["update"].max())]
        return {loss: float(last[loss].mean()) for loss in ("actor_loss", "critic_loss")}

    def evaluate(self, panel: MarketPanel, name: str) -> Backtest:
        """One backtest over all evaluation years; where a year begins its own committee takes over."""
        years = [i for i, fold in enumerate(self.folds) if fold.number != PRODUCTION]
        committees = [self.committee(i, name) for i in years]
        numbers = np.repeat(
            [self.folds[i].number for i in years], [len(self.folds[i].evaluation) for i in years]
        )
        result = WalkForward(committees, [self.folds[i].evaluation.start for i in years], name)
        steps, constraints = evaluation_steps(self.folds), self.settings.constraints

        def each(step: int, weights: Floats) -> Floats:
            scale = self.settings.agent.action_scale
            return result.committee(step).member_targets(panel, step, weights, scale).numpy()

        names = [f"Member {i}" for i in range(1, self.settings.members + 1)]
        members = backtests(names, each, panel, steps, [constraints] * len(names), numbers)
        return backtest(result, panel, steps, constraints, numbers).with_members(members)


def train_ensemble(
    panel: MarketPanel,
    folds: list[Fold],
    settings: TrainingSettings,
    report: Callable[[int, dict[str, float]], None],
) -> Ensemble:
    """Train every fold's members together; an agent sees its fold's window and nothing later.

    With validation weeks, the agents first train without them, are judged on them, and go on with them.
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
        validate(panel, judged.committee(i, "Validation"), fold.validation, fold.number, settings.constraints)
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
