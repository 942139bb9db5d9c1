"""Who contends on real markets: agents that are trained, and rules that are not."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from benchmarks.market_sets import olmar
from sac.agent import Fold, PortfolioScaler, evaluation_steps, train_ensemble
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.external_policy import ExternalPolicy
from sac.agent.unbatched import UnbatchedEnvironment
from sac.arrays import Floats
from sac.config import FORECASTERS, PRESETS, Constraints, SACSettings, TrainingSettings
from sac.market import MarketPanel
from sac.portfolio import Allocator, Backtest, BuyAndHold, TopFifth, backtest
from sac.portfolio.constraints import constrain

__all__ = ["AGENTS", "FORECAST_OF", "RULES", "Records", "trained"]

BARE = "stable-baselines3 SAC + lstm"
_LEAST_SHARE = 1e-4  # of every stock, so that it can take what the cap leaves
_STEPS = 1_000  # a third of what preset desk makes: each takes stable-baselines3 ten times as long

# name -> (preset, algorithm, forecaster)
_OURS = {
    "desk SAC + lstm": ("desk", "sac", "lstm"),
    "desk SAC + patchtst": ("desk", "sac", "patchtst"),
    "desk direct + lstm": ("desk", "direct", "lstm"),
    "plan SAC + lstm": ("plan", "sac", "lstm"),
    "plan SAC + patchtst": ("plan", "sac", "patchtst"),
    "plan PPO + lstm": ("plan", "ppo", "lstm"),
}
AGENTS = [*_OURS, BARE]
FORECAST_OF = {
    **{name: kind for name, (_, _, kind) in _OURS.items()},
    BARE: "lstm",
    **{f"top fifth by {kind}": kind for kind in FORECASTERS},
}


@dataclass(frozen=True, eq=False)
class Records:
    """What trained agents leave of the same weeks."""

    agents: Backtest  # followed without reserve
    traded: Backtest  # by conviction
    conviction: float  # mean over the folds


def trained(
    name: str, panel: MarketPanel, folds: list[Fold], constraints: Constraints, members: int
) -> Records:
    """Train a contender's agents for every fold, and backtest them over all of them."""
    if name == BARE:
        record = _bare(panel, folds, constraints)
        return Records(record, record, 1.0)
    preset, algorithm, kind = _OURS[name]
    settings = TrainingSettings(
        preset=preset,
        members=members,
        agent=PRESETS[preset][algorithm],
        forecast=FORECASTERS[kind],
        constraints=constraints,
    )
    ensemble = train_ensemble(panel, folds, settings, lambda done, values: None)
    both = ensemble.evaluate(panel, name)
    convictions = [validation.conviction for validation in ensemble.validations]
    return Records(both.agents, both.traded, float(np.mean(convictions)))


def _bare(panel: MarketPanel, folds: list[Fold], constraints: Constraints) -> Backtest:
    """An agent a fold of stable-baselines3's SAC with its own defaults, on our environment as it is bare."""
    from stable_baselines3 import SAC

    from sac.agent.gymnasium_env import PortfolioEnv

    settings = SACSettings(action_scale=1.0, reward_scale=1.0, relative_reward=False, counterfactual=False)
    agents = []
    for fold in folds:
        scaler = PortfolioScaler.fit(panel.features[: fold.train_stop], "alpha")
        features = flat_features(scaler.transform(panel.features))[None]
        market = PortfolioEnvironment.over(panel, features, [0], [fold.train_stop], settings, constraints)
        model = SAC("MlpPolicy", PortfolioEnv(UnbatchedEnvironment(market)), device="cpu", seed=fold.number)
        model.learn(total_timesteps=_STEPS + model.learning_starts)

        def act(seen: np.ndarray, model: SAC = model) -> np.ndarray:
            return np.asarray(model.predict(seen, deterministic=True)[0])

        agents.append(ExternalPolicy(BARE, act, scaler, settings, constraints))
    walk = _InTurn(agents, [fold.evaluation.start for fold in folds])
    return backtest(walk, panel, evaluation_steps(folds), constraints)


@dataclass(frozen=True)
class _InTurn:
    """Each fold's agent decides its own weeks."""

    agents: list[ExternalPolicy]
    first_steps: list[int]
    name: str = BARE

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) of the fold that step belongs to."""
        turn = int(np.searchsorted(self.first_steps, step, side="right")) - 1
        return self.agents[turn].allocate(panel, step, weights)


@dataclass(frozen=True, eq=False)
class _Scheduled:
    """Weights that were decided beforehand, each with its own week's data and those before."""

    name: str
    wanted: Floats = field(repr=False)  # (T, n) shares of the stocks
    constraints: Constraints

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) within the limits; what the cap takes is shared equally, not kept in CASH."""
        wanted = self.wanted[step] + _LEAST_SHARE
        target = torch.from_numpy(np.append(wanted / wanted.sum(), 0.0))
        return constrain(target, self.constraints).numpy()


def _ranked(name: str, scores: Callable[[Floats], Floats]) -> Callable[[MarketPanel, Constraints], Allocator]:
    """The fifth of the stocks that the closes before each decision (weeks, n) put first."""

    def rule(panel: MarketPanel, constraints: Constraints) -> Allocator:
        closes = np.log(panel.closes[panel.last_sessions])
        return _Rule(panel.with_forecasts(scores(closes)), TopFifth(constraints, name))

    return rule


@dataclass(frozen=True, eq=False)
class _Rule:
    """A rule whose scores stand in a panel of its own."""

    scored: MarketPanel
    rule: TopFifth

    @property
    def name(self) -> str:
        return self.rule.name

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) of the scores at step."""
        return self.rule.allocate(self.scored, step, weights)


def _change(closes: Floats, since: int, until: int) -> Floats:
    """Log return (T, n) from so many weeks before each decision to so many; NaN where they lack."""
    change = np.full_like(closes, np.nan)
    change[since:] = closes[since - until : len(closes) - until] - closes[: len(closes) - since]
    return change


RULES: dict[str, Callable[[MarketPanel, Constraints], Allocator]] = {
    "buy & hold": lambda panel, constraints: BuyAndHold(constraints),
    "five-day reversal": _ranked("five-day reversal", lambda closes: -_change(closes, 1, 0)),
    "12-1 momentum": _ranked("12-1 momentum", lambda closes: _change(closes, 52, 4)),
    "OLMAR": lambda panel, constraints: _Scheduled("OLMAR", olmar(panel), constraints),
}
