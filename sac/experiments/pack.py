"""Trials that one tensor program trains together: agents never mix, and each has its own random numbers.

Unbatched or in another batch a trial has the same result up to float32 rounding, in the same pack to the
byte; so packs are cut from the whole sweep, whoever trains them and whatever is finished already.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

from sac.agent import Committee, SACLearner, selection_fold
from sac.agent.ensemble import agent_seed
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.folds import Fold
from sac.agent.learner_group import LEARNERS
from sac.agent.learners.curve import LearningCurve
from sac.agent.scaler import PortfolioScaler
from sac.arrays import Floats, Rows
from sac.config import Constraints, SACSettings, TrainingSettings
from sac.experiments.result import TrialResult, failed_result, judged_result
from sac.experiments.sweep import SweepTrial
from sac.market import MarketPanel
from sac.portfolio import Backtest, EqualWeight, backtest, backtests

__all__ = ["Pack", "packs_of", "train_pack"]

Pack = list[SweepTrial]
Tell = Callable[[float], None]  # the fraction of a pack; may raise to stop

DIVERGED = "Its agents diverged: a network holds no finite number."

_MOST_AGENTS = 12  # more of them gain little, leave other workers idle, and are lost together at a stop
# Settings of an agent that may differ within a pack, beside the seed and the costs.
_FREE = {
    "sac": ("gamma", "init_alpha", "actor_lr", "critic_lr", "alpha_lr", "action_scale", "reward_scale"),
    "ppo": ("action_scale", "reward_scale"),
    "direct": ("action_scale", "reward_scale"),
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
    fold, members = selection_fold(panel, pack[0].settings.evaluation_years), pack[0].settings.members
    agents = train_agents(panel, pack, fold, tell)
    rows = np.arange(agents.size).reshape(len(pack), members)
    finite = agents.finite
    sound = [bool(finite[own].all()) for own in rows]
    tested = _backtests(panel, fold, list(itertools.compress(pack, sound)), agents, rows[sound])
    results = {record.name: record for record in tested}  # by the trial's key
    equal = {
        each: backtest(EqualWeight(each), panel, fold.evaluation, each)
        for each in {trial.settings.constraints for trial in pack}  # they differ in their costs at most
    }
    until = str(panel.fills[fold.train_stop])
    return [
        judged_result(trial, until, results[trial.key], equal[trial.settings.constraints])
        if trial.key in results
        else failed_result(trial, until, equal[trial.settings.constraints], DIVERGED)
        for trial in pack
    ]


def train_agents(panel: MarketPanel, pack: Pack, fold: Fold, tell: Tell) -> Committee:
    """The trained agents of all trials, in the pack's order."""
    shared, members = pack[0].settings, pack[0].settings.members
    agents = [(trial.settings, member) for trial in pack for member in range(1, members + 1)]
    scaler = PortfolioScaler.fit(panel.features[: fold.train_stop], shared.forecast.seen)
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
        own = [settings.agent for settings, _ in agents]
        learner.agents.differ(own, environment.action_scale)  # type: ignore[arg-type]
    updates = shared.agent.updates
    LearningCurve(updates, lambda done, _: tell(done / updates)).follow(learner, updates)
    return Committee(
        learner.state()["actor"], environment.assets, scaler, shared.agent, shared.constraints, "Pack"
    )


def _backtests(panel: MarketPanel, fold: Fold, pack: Pack, agents: Committee, rows: Rows) -> list[Backtest]:
    """The committee of every trial over the judged weeks, side by side; its agents are a row (M,) of rows."""
    if not pack:
        return []
    tested = agents.part(rows.flatten().tolist(), "Pack")
    scales = torch.tensor([[trial.settings.agent.action_scale] for trial in pack], dtype=torch.float64)
    scales = scales.repeat_interleave(rows.shape[1], 0)  # (E, 1)

    def decide(step: int, weights: Floats) -> Floats:
        targets = tested.member_targets(panel, step, weights.repeat(rows.shape[1], 0), scales)
        return targets.view(*rows.shape, -1).mean(1).numpy()

    keys, limits = [trial.key for trial in pack], [trial.settings.constraints for trial in pack]
    return backtests(keys, decide, panel, fold.evaluation, limits)


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
