"""Walks made for tests: any weights over any weeks, through the accounting."""

import numpy as np

from sac.portfolio import Backtest, account, all_cash, drift

SYMBOLS = ("AA", "BB", "CC", "DD")


def walk_of(weights: np.ndarray, growth: np.ndarray, rate: float = 0.001, name: str = "Walk") -> Backtest:
    """What those weights (W, n+1) made of that growth (W, n+1), from cash; weeks end on Mondays from 2020."""
    held, weeks = all_cash(weights.shape[1] - 1), []
    for target, grown in zip(weights, growth, strict=True):
        weeks.append(account(held, target, grown, rate))
        held = drift(target, grown)
    fills = np.datetime64("2019-12-30") + 7 * np.arange(len(weights))
    return Backtest(
        name=name,
        symbols=SYMBOLS[: weights.shape[1] - 1],
        decisions=fills - 3,
        fills=fills,
        ends=fills + 7,
        folds=np.ones(len(weights), dtype=np.int64),
        weights=weights,
        growth=growth,
        turnover=np.array([week.turnover for week in weeks]),
        gross=np.array([week.gross for week in weeks]) - 1.0,
        net=np.array([week.net for week in weeks]) - 1.0,
        members=np.empty((len(weights), 0)),
        entries=np.empty((len(weights), 0)),
    )


def random_walk(seed: int, weeks: int = 104, rate: float = 0.001, name: str = "Walk") -> Backtest:
    """Random weights over random weeks of four stocks; the weeks of one seed are those of the next."""
    growth = np.random.default_rng(0).normal(1.002, 0.03, (weeks, 5))
    growth[:, -1] = 1.0
    weights = np.random.default_rng(seed + 1).dirichlet(np.ones(5), weeks)
    return walk_of(weights, growth, rate, name)
