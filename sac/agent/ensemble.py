"""All folds × members of a training as one ensemble, and their honest walk over the evaluation years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sac.agent import ppo, soft_actor_critic
from sac.agent.committee import Committee, WalkForward, members_of
from sac.agent.scaler import PortfolioScaler
from sac.config import WEEKS_PER_YEAR, TrainingSettings
from sac.errors import DataError
from sac.market import MarketPanel
from sac.portfolio import Backtest, backtest
from sac.portfolio.environment import PortfolioEnvironment, flat_features

__all__ = ["PRODUCTION", "Ensemble", "Fold", "evaluation_folds", "evaluation_steps", "train_ensemble"]

PRODUCTION = 0  # the number of the fit on all data
_LEAST_TRAINING_WEEKS = 104
_LEARNERS: dict[str, Callable[..., Any]] = {"sac": soft_actor_critic.learn, "ppo": ppo.learn}


@dataclass(frozen=True)
class Fold:
    """One fit: trained on steps [0, train_stop), judged on `evaluation` (empty for production)."""

    number: int  # 1 is the earliest evaluation year
    train_stop: int
    evaluation: range


def evaluation_folds(panel: MarketPanel, years: int) -> list[Fold]:
    """Expanding windows, oldest first, then the production fit; 52 steps a year, the last ends with the data.

    Purge: a fold trains only on steps whose return is complete at its first decision's close.
    Raises DataError when the history is too short.
    """
    end = panel.complete_steps
    folds = []
    for number in range(1, years + 1):
        first = end - WEEKS_PER_YEAR * (years - number + 1)
        if first < 0 or panel.steps_known_at(first) < _LEAST_TRAINING_WEEKS:
            possible = max(end - _LEAST_TRAINING_WEEKS - 2, 0) // WEEKS_PER_YEAR
            raise DataError(
                f"{years} evaluation years need {_LEAST_TRAINING_WEEKS} weeks of history before them, and "
                f"this data allows {possible}. Ask for fewer years or load a longer history."
            )
        folds.append(Fold(number, panel.steps_known_at(first), range(first, first + WEEKS_PER_YEAR)))
    return [*folds, Fold(PRODUCTION, panel.steps_known_at(len(panel.decisions) - 1), range(0))]


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

    def rows(self, index: int) -> slice:
        """Where the agents of the index-th fold stand."""
        members = self.settings.members
        return slice(index * members, (index + 1) * members)

    def committee(self, index: int, name: str) -> Committee:
        """The members of the index-th fold as one allocator."""
        actor = members_of(self.state["actor"], self.rows(index))
        settings = self.settings
        return Committee(actor, self.assets, self.scalers[index], settings.agent, settings.constraints, name)

    def final_losses(self) -> dict[str, float]:
        """Actor and critic loss at the last update, mean over the production members."""
        last = self.log[(self.log["fold"] == PRODUCTION) & (self.log["update"] == self.log["update"].max())]
        return {loss: float(last[loss].mean()) for loss in ("actor_loss", "critic_loss")}

    def evaluate(self, panel: MarketPanel, name: str) -> Backtest:
        """One continuous walk over all evaluation years; where a year begins its own committee takes over."""
        years = [i for i, fold in enumerate(self.folds) if fold.number != PRODUCTION]
        committees = [self.committee(i, name) for i in years]
        numbers = np.repeat([self.folds[i].number for i in years], WEEKS_PER_YEAR)

        def walk(parts: Sequence[Committee], name: str) -> Backtest:
            allocator = WalkForward(parts, [self.folds[i].evaluation.start for i in years], name)
            steps = evaluation_steps(self.folds)
            return backtest(allocator, panel, steps, self.settings.constraints, numbers)

        members = zip(*(committee.members() for committee in committees), strict=True)
        walked = [walk(parts, f"Member {i}") for i, parts in enumerate(members, start=1)]
        return walk(committees, name).with_members(walked)


def train_ensemble(
    panel: MarketPanel,
    folds: list[Fold],
    settings: TrainingSettings,
    report: Callable[[int, dict[str, float]], None],
) -> Ensemble:
    """Train every fold's members together; an agent sees its fold's window and nothing later."""
    scalers = [PortfolioScaler.fit(panel.features[: fold.train_stop]) for fold in folds]
    agents = [(i, fold, member) for i, fold in enumerate(folds) for member in range(1, settings.members + 1)]
    environment = PortfolioEnvironment.over(
        panel,
        np.stack([flat_features(scaler.transform(panel.features)) for scaler in scalers]),
        fold=[i for i, _, _ in agents],
        stop=[fold.train_stop for _, fold, _ in agents],
        settings=settings.agent,
        constraints=settings.constraints,
    )
    seeds = [_seed(settings.seed, fold.number, member) for _, fold, member in agents]
    learned, curve = _LEARNERS[settings.agent.algorithm](environment, seeds, settings.agent, report)
    log = [
        {"update": point["update"], "fold": fold.number, "member": member}
        | {name: values[row] for name, values in point.items() if name != "update"}
        for point in curve.points
        for row, (_, fold, member) in enumerate(agents)
    ]
    return Ensemble(folds, environment.assets, scalers, learned.state(), settings, pd.DataFrame(log))


def _seed(*parts: int) -> int:
    """One agent's seed: the same whatever else trains beside it."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
