"""What E agents did, and the random numbers of each: no agent's draws depend on how many train beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sac.agent.environment import PortfolioEnvironment

__all__ = ["Batch", "Draws", "Replay", "draws"]

_BLOCK = 32  # updates drawn at once; part of the stream, so a constant


@dataclass(frozen=True, eq=False)
class Draws:
    """The random numbers of one environment step and one update of B transitions."""

    noise: Tensor  # (E, 2B + 1, n+1) normal: for the actions, the next actions and the rollout's
    week: Tensor  # (E, B) uniform in [0, 1)
    entry: Tensor  # (E, B) uniform in [0, 1)
    explore: Tensor  # (E, n+1) uniform in [0, 1): the rollout's action during warm-up


def draws(generators: list[torch.Generator], batch: int, assets: int) -> Iterator[Draws]:
    """An endless stream, drawn in blocks because a thousand small calls would cost more than the numbers."""
    while True:
        normals = [torch.randn(_BLOCK, 2 * batch + 1, assets, generator=g) for g in generators]
        uniforms = [torch.rand(_BLOCK, 2 * batch + assets, generator=g) for g in generators]
        parts = torch.split(torch.stack(uniforms, 1), [batch, batch, assets], -1)
        for numbers in zip(torch.stack(normals, 1), *parts, strict=True):
            yield Draws(*numbers)


@dataclass(frozen=True, eq=False)
class Batch:
    """B transitions of E agents, where their rollouts stand, and the noise of all actions."""

    states: Tensor  # (E, 2B + 1, S): states, next states and the rollout's, for one pass of the policy
    decision: Tensor  # (E, B, 2(n+1)) the action, and the target weights it led to
    reward: Tensor  # (E, B)
    noise: Tensor  # (E, 2B + 1, n+1)


class Replay:
    """Ring buffer of (week, weights, decision); states and rewards are looked up, and so always exact."""

    def __init__(self, environment: PortfolioEnvironment, capacity: int, counterfactual: bool):
        agents, self.assets = environment.agents, environment.assets
        self.environment, self.capacity, self.counterfactual = environment, capacity, counterfactual
        self.week = torch.zeros(agents, capacity, dtype=torch.int64)
        # Empty: a page of it costs memory only once a step is kept there.
        self.kept = torch.empty(agents, capacity, 3 * self.assets, dtype=environment.growth.dtype)
        self.added = 0
        self._first_row = (torch.arange(agents) * capacity)[:, None]

    def add(self, week: Tensor, weights: Tensor, action: Tensor, target: Tensor) -> None:
        """Keep one step of every agent: week (E, 1); weights, action and target weights (E, 1, n+1)."""
        row = self.added % self.capacity
        self.week[:, row : row + 1] = week
        torch.cat([weights, action, target], -1, out=self.kept[:, row : row + 1])
        self.added += 1

    def pick(self, draw: Draws) -> tuple[Tensor, Tensor, Tensor]:
        """Weeks (E, B), weights (E, B, n+1) and decisions (E, B, 2(n+1)) to learn from.

        Counterfactual: stored weights and decisions are put into any week of the agent's own window;
        reward and next weights are exact there too, because prices do not react to our trades.
        """
        entry = (draw.entry * min(self.added, self.capacity)).long()  # (E, B)
        rows = (self._first_row + entry).flatten()
        kept = self.kept.flatten(0, 1).index_select(0, rows).view(*entry.shape, -1)
        if self.counterfactual:
            start, stop = self.environment.start[:, None], self.environment.stop[:, None]
            week = start + (draw.week * (stop - start)).long()
        else:
            week = self.week.gather(1, entry)
        return week, kept[..., : self.assets], kept[..., self.assets :]
