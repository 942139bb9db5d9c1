"""Agents of one training in several learners: some here, some in processes that help.

Agents never mix and each has its own random numbers, so an agent has the same bytes whoever trains beside it
or elsewhere, as long as it is not alone: of a single agent torch takes some sums in another order.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any

from torch import Tensor

from sac.agent.environment import PortfolioEnvironment
from sac.agent.learners.curve import Learner
from sac.agent.learners.direct import DirectLearner
from sac.agent.learners.ppo import PPOLearner
from sac.agent.learners.sac import SACLearner
from sac.agent.states import joined, members_of
from sac.config import LearnerSettings
from sac.processes import Handle, LocalHandle, RemoteHandle, survived

__all__ = ["LEARNERS", "LearnerGroup"]

LEARNERS: dict[str, type[SACLearner] | type[PPOLearner] | type[DirectLearner]] = {
    "sac": SACLearner,
    "ppo": PPOLearner,
    "direct": DirectLearner,
}
_DEATH = ("trained agents", "Start again, with fewer cores (SAC_DESK_CORES).")
_FEWEST = 2  # agents of a learner, for the same bytes
_MOST = 16  # of one learner: arrays of more leave the processor's cache, and gain nothing


class LearnerGroup(Learner):
    """Several learners as one, the agents in their order."""

    def __init__(self, parts: Sequence[tuple[range, Handle]]):
        """Every learner, or group of them, and which of the agents it has."""
        self._parts = parts

    @classmethod
    def here(
        cls, environment: PortfolioEnvironment, seeds: list[int], settings: LearnerSettings
    ) -> "LearnerGroup":
        """All agents in this process, in as few learners as its cache allows."""
        kind, agents = LEARNERS[settings.algorithm], len(seeds)
        return cls(
            [
                (rows, LocalHandle(kind(environment.part(rows), seeds[rows.start : rows.stop], settings)))  # type: ignore[arg-type]
                for rows in _evenly(agents, -(-agents // _MOST))
            ]
        )

    @classmethod
    def across(
        cls,
        environment: PortfolioEnvironment,
        seeds: list[int],
        settings: LearnerSettings,
        helpers: Sequence[Executor] = (),
    ) -> "LearnerGroup":
        """Agents shared out evenly among this process and the helpers."""
        first, *others = _evenly(len(seeds), min(1 + len(helpers), max(len(seeds) // _FEWEST, 1)))

        def own(rows: range) -> tuple[PortfolioEnvironment, list[int], LearnerSettings]:
            return environment.part(rows), seeds[rows.start : rows.stop], settings

        remote = [
            (rows, RemoteHandle(helper, cls.here, *own(rows)))
            for rows, helper in zip(others, helpers, strict=False)
        ]
        return cls([(first, LocalHandle(cls.here(*own(first)))), *remote])

    def run(self, updates: int) -> dict[str, Tensor]:
        """So many more updates of every agent; the values (E,) of the last one."""
        return next(self.runs([updates]))

    def runs(self, each: Sequence[int]) -> Iterator[dict[str, Tensor]]:
        """One run after the other; those who are faster need not wait for the others in between."""
        with survived(*_DEATH):
            asked = [[handle.ask("run", updates) for updates in each] for _, handle in self._parts]
            for run in zip(*asked, strict=True):
                yield joined([values() for values in run])

    def go_on_in(self, environment: PortfolioEnvironment) -> None:
        """Continue in other windows of the same market."""
        self._all("go_on_in", environment.part)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`, all of it together; only the learning rates are one's own."""
        self._all("restore", lambda rows: members_of(state, slice(rows.start, rows.stop)))

    def state(self) -> dict[str, Any]:
        """Everything that continues these agents: tensors with a leading agent dimension, and builtins."""
        state: dict[str, Any] = joined(self._all("state"))
        return state

    def actor_state(self) -> dict[str, Tensor]:
        """What decides of it: the actors' parameters."""
        actor: dict[str, Tensor] = joined(self._all("actor_state"))
        return actor

    def _all(self, method: str, own: Callable[[range], Any] | None = None) -> list[Any]:
        """Every part's result of a method that is given what is its own."""
        with survived(*_DEATH):
            asked = [handle.ask(method, *([own(rows)] if own else [])) for rows, handle in self._parts]
            return [result() for result in asked]


def _evenly(agents: int, parts: int) -> list[range]:
    """Agents in so many parts of the same size, or one more."""
    cuts = [agents * i // parts for i in range(parts + 1)]
    return [range(start, stop) for start, stop in itertools.pairwise(cuts)]
