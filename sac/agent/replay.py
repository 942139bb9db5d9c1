"""What E agents did, and the random numbers of each: no agent's draws depend on how many train beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sac.portfolio.environment import PortfolioEnvironment

__all__ = ["Batch", "Draws", "Replay", "draws"]

_BLOCK = 32  # updates drawn at once; part of the stream, so a constant


@dataclass(frozen=True, eq=False)
class Draws:
    """The random numbers of one environment step and one update."""

    explore: Tensor  # (E, 1, n+1) uniform in [-1, 1]: the action during warm-up
    act: Tensor  # (E, 1, n+1) normal
    week: Tensor  # (E, B) uniform in [0, 1)
    entry: Tensor  # (E, B) uniform in [0, 1)
    action: Tensor  # (E, B, n+1) normal
    next_action: Tensor  # (E, B, n+1) normal


def draws(generators: list[torch.Generator], batch: int, assets: int) -> Iterator[Draws]:
    """An endless stream, drawn in blocks because a thousand small calls would cost more than the numbers."""
    while True:
        normals = [torch.randn(_BLOCK, 2 * batch + 1, assets, generator=g) for g in generators]
        uniforms = [torch.rand(_BLOCK, 2 * batch + assets, generator=g) for g in generators]
        for normal, uniform in zip(torch.stack(normals, 1), torch.stack(uniforms, 1), strict=True):
            yield Draws(
                explore=uniform[:, None, 2 * batch :] * 2.0 - 1.0,
                act=normal[:, 2 * batch :],
                week=uniform[:, :batch],
                entry=uniform[:, batch : 2 * batch],
                action=normal[:, :batch],
                next_action=normal[:, batch : 2 * batch],
            )


@dataclass(frozen=True, eq=False)
class Batch:
    """Transitions of E agents and the noise of their update."""

    state: Tensor  # (E, B, S)
    action: Tensor  # (E, B, n+1)
    reward: Tensor  # (E, B)
    next_state: Tensor  # (E, B, S)
    noise: Tensor  # (E, B, n+1)
    next_noise: Tensor  # (E, B, n+1)

    @classmethod
    def of(
        cls,
        environment: PortfolioEnvironment,
        week: Tensor,
        weights: Tensor,
        action: Tensor,
        reward: Tensor,
        after: Tensor,
        draw: Draws,
    ) -> "Batch":
        """States looked up for steps from (week, weights) by action, that paid reward and led to after."""
        return cls(
            state=environment.state(week, weights),
            action=action,
            reward=reward,
            next_state=environment.state(week + 1, after),
            noise=draw.action,
            next_noise=draw.next_action,
        )


class Replay:
    """Ring buffer of (week, weights, action); states and rewards are looked up, so they are always exact."""

    def __init__(self, environment: PortfolioEnvironment, capacity: int, counterfactual: bool):
        agents, assets = environment.agents, environment.assets
        self.environment, self.capacity, self.counterfactual = environment, capacity, counterfactual
        self.week = torch.zeros(agents, capacity, dtype=torch.int64)
        self.weights = torch.zeros(agents, capacity, assets, dtype=environment.growth.dtype)
        self.action = torch.zeros_like(self.weights)
        self.added = 0

    def add(self, week: Tensor, weights: Tensor, action: Tensor) -> None:
        """Keep one step of every agent: week (E, 1), weights and action (E, 1, n+1)."""
        row = self.added % self.capacity
        self.week[:, row], self.weights[:, row], self.action[:, row] = week[:, 0], weights[:, 0], action[:, 0]
        self.added += 1

    def pick(self, draw: Draws) -> tuple[Tensor, Tensor, Tensor]:
        """Weeks (E, B), weights and actions (E, B, n+1) to learn from.

        Counterfactual: stored weights and actions are put into any week of the agent's own window;
        reward and next weights are exact there too, because prices do not react to our trades.
        """
        entry = (draw.entry * min(self.added, self.capacity)).long()  # (E, B)
        rows = entry[..., None].expand(-1, -1, self.weights.shape[-1])
        week = self.week.gather(1, entry)
        if self.counterfactual:
            start, stop = self.environment.start[:, None], self.environment.stop[:, None]
            week = start + (draw.week * (stop - start)).long()
        return week, self.weights.gather(1, rows), self.action.gather(1, rows)
