"""What every learner shares: where a rollout starts, the curve it leaves, the state it hands on."""

from collections.abc import Callable, Container
from typing import Any

import torch
from torch import Tensor, nn

from sac.agent.environment import PortfolioEnvironment

__all__ = ["LearningCurve", "all_cash_start", "detached"]


class LearningCurve:
    """About a hundred points of a training; each is reported, and the report may raise to stop.

    After the updates in `marks` it calls `probe`, which may look at the agents as they are then.
    """

    def __init__(
        self,
        updates: int,
        report: Callable[[int, dict[str, float]], None],
        marks: Container[int] = (),
        probe: Callable[[int], dict[str, float]] = lambda done: {},
    ):
        self.updates, self._report, self._marks, self._probe = updates, report, marks, probe
        self._every = max(1, updates // 100)
        self.done = 0
        self.points: list[dict[str, Any]] = []  # "update" and, per value, one number per agent

    def add(self, values: dict[str, Tensor]) -> None:
        """One more update with its values (E,); kept if it is one of the hundred."""
        self.done += 1
        probed = self._probe(self.done) if self.done in self._marks else {}
        if self.done % self._every == 0 or self.done == self.updates:
            point = {name: value.tolist() for name, value in values.items()}
            self.points.append({"update": self.done, **point})
            self._report(self.done, probed | {name: sum(v) / len(v) for name, v in point.items()})
        elif probed:
            self._report(self.done, probed)


def all_cash_start(environment: PortfolioEnvironment, results: int = 1) -> Tensor:
    """Weights (E, n_envs, n+1) of portfolios that hold only CASH."""
    weights = torch.zeros(environment.agents, results, environment.assets, dtype=environment.growth.dtype)
    weights[..., -1] = 1.0
    return weights


def detached(module: nn.Module) -> dict[str, Tensor]:
    """A module's parameters, free of later updates."""
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
