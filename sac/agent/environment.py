"""The weekly portfolio problem for E agents at once, each in its own training window.

Prices do not react to our trades, so any week can be replayed exactly from any weights with any action:
the environment is two pure functions of (week, weights, action) and keeps no state of its own.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sac.arrays import Floats
from sac.config import AgentSettings, Constraints
from sac.market import MarketPanel
from sac.portfolio.accounting import account, asset_growth, drift
from sac.portfolio.baselines import equal_weights
from sac.portfolio.constraints import portfolio_weights

__all__ = ["PortfolioEnvironment", "flat_features"]


def flat_features(standardised: Floats) -> Floats:
    """The state's first 8·n numbers, (T, 8n): [signals n×7 | forecasts n×1], from (T, n, 8)."""
    weeks = len(standardised)
    signals, forecasts = standardised[..., :-1], standardised[..., -1]
    return np.concatenate([signals.reshape(weeks, -1), forecasts], axis=1)


@dataclass(frozen=True, eq=False)
class PortfolioEnvironment:
    """K folds' features and one market; agent e lives in weeks [start[e], stop[e]) of fold[e]."""

    features: Tensor  # (K, T, 8n) standardised with each fold's own training window
    fold: Tensor  # (E,)
    start: Tensor  # (E,)
    stop: Tensor  # (E,)
    growth: Tensor  # (T, n+1) what a dollar in each asset becomes, fill to fill
    gap: Tensor  # (T, n+1) the same from decision to fill
    seen: Tensor  # (T, n+1) the same from fill to the next decision
    benchmark: Tensor  # (T,) log growth that the reward is measured against
    action_scale: float | Tensor  # (E, 1, 1) where agents differ in it
    reward_scale: float | Tensor  # (E, 1) likewise
    cost_rate: float | Tensor  # (E, 1) likewise
    constraints: Constraints

    @classmethod
    def over(
        cls,
        panel: MarketPanel,
        features: Floats,
        fold: list[int],
        stop: list[int],
        settings: AgentSettings,
        constraints: Constraints,
        dtype: torch.dtype = torch.float32,
        start: list[int] | None = None,
    ) -> "PortfolioEnvironment":
        """Put a panel into tensors; without `start` every window begins with the panel.

        Raises ValueError when a window is empty or holds a week without a return.
        """
        start = start or [0] * len(stop)
        if min(start) < 0 or max(stop) > panel.complete_steps or any(map(int.__ge__, start, stop)):
            raise ValueError(
                f"windows {start} to {stop}, the panel has {panel.complete_steps} complete steps"
            )
        growth = asset_growth(panel.returns, constraints.cash_growth)
        gap, seen = asset_growth(panel.gaps, 1.0), asset_growth(panel.seen, 1.0)
        equal = np.log(growth @ equal_weights(len(panel.symbols), constraints))
        return cls(
            features=torch.as_tensor(features, dtype=dtype),
            fold=torch.tensor(fold),
            start=torch.tensor(start),
            stop=torch.tensor(stop),
            growth=torch.as_tensor(growth, dtype=dtype),
            gap=torch.as_tensor(gap, dtype=dtype),
            seen=torch.as_tensor(seen, dtype=dtype),
            benchmark=torch.as_tensor(equal * settings.relative_reward, dtype=dtype),
            action_scale=settings.action_scale,
            reward_scale=settings.reward_scale,
            cost_rate=constraints.cost_rate,
            constraints=constraints,
        )

    def part(self, rows: range) -> "PortfolioEnvironment":
        """Some agents' windows, and their folds' features."""
        fold = self.fold[rows.start : rows.stop].tolist()
        kept = sorted(set(fold))

        def own(value: Any) -> Any:
            return value[rows.start : rows.stop] if isinstance(value, Tensor) else value

        return replace(
            self,
            features=self.features[kept],
            fold=torch.tensor([kept.index(number) for number in fold]),
            start=own(self.start),
            stop=own(self.stop),
            action_scale=own(self.action_scale),
            reward_scale=own(self.reward_scale),
            cost_rate=own(self.cost_rate),
        )

    @property
    def agents(self) -> int:
        """E."""
        return len(self.fold)

    @property
    def assets(self) -> int:
        """n + 1: the stocks and CASH."""
        return self.growth.shape[1]

    def state(self, week: Tensor, weights: Tensor) -> Tensor:
        """What is known at the decision (E, B, 8n + n + 1), from week (E, B) and weights (E, B, n+1)."""
        rows = (self._first_row + week).flatten()
        known = self.features.flatten(0, 1).index_select(0, rows)
        return torch.cat([known.view(*week.shape, -1), weights], dim=-1)

    def target(self, action: Tensor) -> Tensor:
        """Target weights (E, B, n+1) of actions (E, B, n+1) in [-1, 1]."""
        return portfolio_weights(action, self.action_scale, self.constraints)

    def step(self, week: Tensor, weights: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Reward (E, B) and the next decision's weights (E, B, n+1) of target weights (E, B, n+1).

        weights are those that the decision sees; by the fill they have drifted on, unseen, and the trade
        pays for that too. There is no terminal state: where a window ends, the next state exists and counts.
        """
        market = self._market.index_select(0, week.flatten()).view(*week.shape, -1)
        gap, growth, seen, benchmark = torch.split(market, [self.assets, self.assets, self.assets, 1], dim=-1)
        outcome = account(drift(weights, gap), target, growth, self.cost_rate)
        reward = self.reward_scale * (outcome.net.log() - benchmark[..., 0])
        return reward, drift(target, seen)

    @cached_property
    def _market(self) -> Tensor:
        """(T, 3(n+1) + 1): all that a step looks up, side by side, because one look costs less than four."""
        return torch.cat([self.gap, self.growth, self.seen, self.benchmark[:, None]], dim=-1)

    @cached_property
    def _first_row(self) -> Tensor:
        """(E, 1): where an agent's fold begins in the features, laid fold under fold."""
        return (self.fold * self.features.shape[1])[:, None]
