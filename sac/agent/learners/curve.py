"""What every learner shares: what it can be asked for, the curve it leaves, where a rollout starts."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from sac.agent.environment import PortfolioEnvironment

__all__ = ["Learner", "LearningCurve", "all_cash_start", "detached"]


class Learner(ABC):
    """E independent agents in training, updated together, never mixed."""

    @abstractmethod
    def run(self, updates: int) -> dict[str, Tensor]:
        """So many more updates of every agent; the values (E,) of the last one."""

    def runs(self, each: Sequence[int]) -> Iterator[dict[str, Tensor]]:
        """One run after the other; nobody looks at the agents in between."""
        return map(self.run, each)

    @abstractmethod
    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""

    @abstractmethod
    def actor_state(self) -> dict[str, Tensor]:
        """What decides of it: the actors' parameters."""

    @abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`, all of it together; only the learning rates are one's own."""


class LearningCurve:
    """About a hundred points of a training; each is reported, and the report may raise to stop.

    After the updates in `marks` it calls `probe`, which may look at the agents as they are then.
    """

    def __init__(
        self,
        updates: int,
        report: Callable[[int, dict[str, float]], None],
        marks: Collection[int] = (),
        probe: Callable[[int], dict[str, float]] = lambda done: {},
    ):
        self._report, self._marks, self._probe = report, marks, probe
        self._kept = {*range(0, updates, max(1, updates // 100)), updates}
        self.done = 0
        self.points: list[dict[str, Any]] = []  # "update" and, per value, one number per agent

    def follow(self, learner: Learner, updates: int) -> None:
        """Let a learner make so many more updates, from one point or mark to the next."""
        until = self.done + updates
        for mark in sorted({i for i in {*self._marks, until} if self.done < i <= until}):
            stops = sorted({i for i in {*self._kept, mark} if self.done < i <= mark})
            steps = [stop - before for before, stop in itertools.pairwise([self.done, *stops])]
            for stop, values in zip(stops, learner.runs(steps), strict=True):
                self._add(stop, values)

    def _add(self, stop: int, values: dict[str, Tensor]) -> None:
        self.done = stop
        probed = self._probe(stop) if stop in self._marks else {}
        if stop in self._kept:
            point = {name: value.tolist() for name, value in values.items()}
            self.points.append({"update": stop, **point})
            self._report(stop, probed | {name: sum(v) / len(v) for name, v in point.items()})
        elif probed:
            self._report(stop, probed)


def all_cash_start(environment: PortfolioEnvironment, results: int = 1) -> Tensor:
    """Weights (E, n_envs, n+1) of portfolios that hold only CASH."""
    weights = torch.zeros(environment.agents, results, environment.assets, dtype=environment.growth.dtype)
    weights[..., -1] = 1.0
    return weights


def detached(module: nn.Module) -> dict[str, Tensor]:
    """A module's parameters, free of later updates."""
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
