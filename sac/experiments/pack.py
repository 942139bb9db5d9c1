"""Trials that one tensor program trains together: agents never mix, and each has its own random numbers.

Alone or in other company a trial comes to the same up to float32 rounding. To the byte it is the same in the
same pack; so packs are cut from the whole sweep, whoever trains them and whatever is finished already.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence

import torch

from sac.agent import Committee, SACLearner, members_of, selection_fold
from sac.agent.ensemble import LEARNERS, Fold, agent_seed
from sac.agent.learning import LearningCurve
from sac.agent.scaler import PortfolioScaler
from sac.config import Constraints, SACSettings, TrainingSettings
from sac.experiments.result import TrialResult, failed_result, judged_result
from sac.experiments.sweep import SweepTrial
from sac.market import MarketPanel
from sac.portfolio import EqualWeight, backtest
from sac.portfolio.environment import PortfolioEnvironment, flat_features

__all__ = ["Pack", "packs_of", "train_pack"]

Pack = list[SweepTrial]
Tell = Callable[[float], None]  # the fraction of a pack; may raise to stop

_MOST_AGENTS = 12  # more of them gain little, leave other workers idle, and are lost together at a stop
# Settings of an agent that may differ within a pack, beside the seed and the costs.
_FREE = {
    "sac": ("gamma", "init_alpha", "action_scale", "reward_scale"),
    "ppo": ("action_scale", "reward_scale"),
}


def packs_of(trials: Sequence[SweepTrial]) -> list[Pack]:
    """The trials of a sweep that can train together, in packs of at most twelve agents."""
    alike: dict[object, Pack] = {}
    for trial in trials:
        alike.setdefault((trial.symbols, trial.fingerprint, _frame(trial.settings)), []).append(trial)
    return [
        pack
        for group in alike.values()
        for pack in _cut(group, math.ceil(len(group) * min(group[0].settings.members / _MOST_AGENTS, 1.0)))
    ]


def train_pack(panel: MarketPanel, pack: Pack, tell: Tell) -> list[TrialResult]:
    """Train and judge every trial of a pack, in its order. The panel has their symbols, and forecasts."""
    fold = selection_fold(panel, pack[0].settings.evaluation_years)
    committees = train_committees(panel, pack, fold, tell)
    return [_judged(panel, fold, trial, each) for trial, each in zip(pack, committees, strict=True)]


def train_committees(panel: MarketPanel, pack: Pack, fold: Fold, tell: Tell) -> list[Committee]:
    """The trained committee of every trial, in the pack's order."""
    shared, members = pack[0].settings, pack[0].settings.members
    agents = [(trial.settings, member) for trial in pack for member in range(1, members + 1)]
    scaler = PortfolioScaler.fit(panel.features[: fold.train_stop])
    environment = PortfolioEnvironment.over(
        panel,
        flat_features(scaler.transform(panel.features))[None],
        [0] * len(agents),
        [fold.train_stop] * len(agents),
        shared.agent,
        shared.constraints,
    )

    def each(value: Callable[[TrainingSettings], float]) -> torch.Tensor:
        return torch.tensor([value(settings) for settings, _ in agents])  # (E,)

    environment = dataclasses.replace(
        environment,
        action_scale=each(lambda settings: settings.agent.action_scale)[:, None, None],
        reward_scale=each(lambda settings: settings.agent.reward_scale)[:, None],
        cost_rate=each(lambda settings: settings.constraints.cost_rate)[:, None],
    )
    seeds = [agent_seed(settings.seed, fold.number, member) for settings, member in agents]
    learner = LEARNERS[shared.agent.algorithm](environment, seeds, shared.agent)  # type: ignore[arg-type]
    if isinstance(learner, SACLearner):
        learner.agents.differ(
            each(lambda settings: settings.agent.gamma),
            each(lambda settings: settings.agent.init_alpha),  # type: ignore[union-attr]
            environment.action_scale,
        )
    updates = shared.agent.updates
    learner.run(updates, LearningCurve(updates, lambda done, _: tell(done / updates)))
    actors, assets = learner.state()["actor"], environment.assets
    return [
        Committee(
            members_of(actors, slice(row * members, (row + 1) * members)),
            assets,
            scaler,
            trial.settings.agent,
            trial.settings.constraints,
        )
        for row, trial in enumerate(pack)
    ]


def _judged(panel: MarketPanel, fold: Fold, trial: SweepTrial, committee: Committee) -> TrialResult:
    constraints, until = trial.settings.constraints, str(panel.fills[fold.train_stop])
    equal = backtest(EqualWeight(constraints), panel, fold.evaluation, constraints)
    if not committee.finite:
        return failed_result(trial, until, equal, "Its agents diverged: a network holds no finite number.")
    return judged_result(trial, until, backtest(committee, panel, fold.evaluation, constraints), equal)


def _frame(settings: TrainingSettings) -> TrainingSettings:
    """The settings that a whole pack shares; what may differ is set to one value for all."""
    plain = SACSettings() if isinstance(settings.agent, SACSettings) else type(settings.agent)()
    free = {name: getattr(plain, name) for name in _FREE[settings.agent.algorithm]}
    return dataclasses.replace(
        settings,
        preset="",
        seed=0,
        agent=dataclasses.replace(settings.agent, **free),
        constraints=dataclasses.replace(settings.constraints, cost_rate=Constraints().cost_rate),
    )


def _cut(group: Pack, parts: int) -> list[Pack]:
    """Parts of nearly equal length."""
    bounds = [len(group) * part // parts for part in range(parts + 1)]
    return [group[start:stop] for start, stop in itertools.pairwise(bounds)]
