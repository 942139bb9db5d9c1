"""Stored versions whose evaluation covers chosen weeks, for comparing them."""

import dataclasses
from typing import Any

import numpy as np

from app.ui.compare.common_weeks import weeks_in_common
from app.ui.compare.comparison import Comparison, compared
from sac.config import Constraints
from sac.evidence.comparison import figures, rerun
from sac.portfolio import Backtest, Validation, backtest, equal_weights
from sac.portfolio.risk_based import RISK_BASED, RiskBased
from sac.registry import Registry, Version
from tests.support.small_versions import small_artifacts
from tests.support.synthetic import random_panel

CONSTRAINTS = Constraints()
BASELINES = ("Equal weight", "Buy & hold", "Inverse volatility", "HRP", "Minimum variance", "Cash")


class Tilted:
    """Another portfolio every week; another seed is another one."""

    name = "SAC + LSTM"

    def __init__(self, seed: int):
        self.seed = seed

    def allocate(self, panel, step, weights):
        rng = np.random.default_rng([self.seed, step])
        stocks = rng.uniform(0.5, 1.0, len(panel.symbols))
        return np.append(0.55 * stocks / stocks.sum(), 0.45)


def saved(
    registry: Registry,
    seed: int,
    steps: range = range(150, 254),
    stocks: int = 3,
    convictions: tuple[float, float, float] = (1.0, 1.0, 0.7),
    **metadata: Any,
) -> Version:
    """A stored version with that evaluation, two members and the fitted baselines.

    convictions: of its two evaluation years, as traded, and of today.
    """
    panel = random_panel(stocks=stocks, first="2014-01-02", last="2019-12-31")
    folds = np.repeat([1, 2], [len(steps) // 2, len(steps) - len(steps) // 2])
    agents = backtest(Tilted(seed), panel, steps, CONSTRAINTS, folds)
    followed = np.take(convictions, folds - 1)[:, None]
    equal = equal_weights(stocks, CONSTRAINTS)
    weights = equal + followed * (agents.weights - equal)
    committee = rerun("SAC + LSTM", lambda row, _: weights[row], agents, np.arange(len(steps)), CONSTRAINTS)
    members = [backtest(Tilted(seed + 100 + i), panel, steps, CONSTRAINTS) for i in range(2)]
    fitted = [
        backtest(RiskBased(name, CONSTRAINTS, steps.start), panel, steps, CONSTRAINTS) for name in RISK_BASED
    ]
    artifacts = small_artifacts(seed=seed)
    told = dataclasses.replace(
        artifacts.metadata,
        evaluation_start=str(committee.dates[0]),
        evaluation_end=str(committee.dates[-1]),
        metrics=figures("eval", committee, CONSTRAINTS) | figures("agents", agents, CONSTRAINTS),
        baselines={},
        validations=[
            Validation(fold, "2014-01-03", "2016-12-30", 156, 0.02, 2.0 * conviction, conviction)
            for fold, conviction in zip((1, 2, 0), convictions, strict=True)
        ],
    )
    return registry.save(
        dataclasses.replace(
            artifacts,
            symbols=panel.symbols,
            evaluation=committee.with_members(members, CONSTRAINTS.cost_rate),
            agents=agents.with_members(members, CONSTRAINTS.cost_rate),
            baselines=fitted,
            metadata=dataclasses.replace(told, **metadata),
        )
    )


def external(version: Version, name: str = "Mine", seed: int = 7) -> Backtest:
    """A backtest over a version's weeks, as somebody would store it."""
    record = version.evaluation()
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(len(record.symbols) + 1), len(record.net))
    nobody = np.empty((len(weights), 0))
    return dataclasses.replace(record, name=name, weights=weights, members=nobody, entries=nobody)


def small_comparison(registry: Registry, wanted: tuple[str, ...] = BASELINES) -> Comparison:
    """Two versions and an external strategy against baselines."""
    first = saved(registry, 0)
    return compared(weeks_in_common([first, saved(registry, 1)], {"Mine": external(first)}), wanted)


def behind(cells: Any) -> Any:
    """The figures behind a table that is styled."""
    return cells.data
