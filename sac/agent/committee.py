"""The committee: members trained together, whose weights are the mean of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sac.agent.environment import flat_features
from sac.agent.learners.direct import DIRECT_NETWORKS, traded_weights
from sac.agent.learners.ppo import PPO_NETWORKS
from sac.agent.learners.sac import SAC_NETWORKS
from sac.agent.scaler import PortfolioScaler
from sac.agent.states import members_of
from sac.arrays import Floats
from sac.config import Constraints, LearnerSettings
from sac.market import MarketPanel
from sac.portfolio import Backtest, backtest, backtests, equal_weights, tilted
from sac.portfolio.constraints import portfolio_weights

__all__ = ["Committee", "WalkForward"]

_ACTORS: dict[str, dict[str, type[nn.Module]]] = {
    "sac": {name: actor for name, (actor, _) in SAC_NETWORKS.items()},
    "ppo": {**PPO_NETWORKS},
    "direct": {**DIRECT_NETWORKS},
}


class Committee:
    """An allocator of M trained members: the mean of the weights of their mean actions, without noise."""

    def __init__(
        self,
        actor: dict[str, Tensor],
        assets: int,
        scaler: PortfolioScaler,
        settings: LearnerSettings,
        constraints: Constraints,
        name: str = "Committee",
        *,
        conviction: float = 1.0,
    ):
        """`conviction`: how far it goes from equal weight (0) towards what its agents want (1)."""
        self.name, self.scaler, self.settings, self.constraints = name, scaler, settings, constraints
        self._state, self.conviction = actor, conviction
        self.assets = assets
        network = _ACTORS[settings.algorithm][settings.network]
        self._actor = network([torch.Generator() for _ in range(self.size)], assets, settings, constraints)
        self._actor.load_state_dict(actor)

    @property
    def size(self) -> int:
        """M."""
        return len(next(iter(self._state.values())))

    @property
    def finite(self) -> npt.NDArray[np.bool_]:
        """Whether each member's network (M,) holds numbers: a training can diverge."""
        whole = [torch.isfinite(values).flatten(1).all(1) for values in self._state.values()]
        return torch.stack(whole).all(0).numpy()

    def members(self) -> list["Committee"]:
        """Each member as a committee of its own, followed without reserve."""
        return [self.part([i], f"Member {i + 1}") for i in range(self.size)]

    def part(self, members: list[int], name: str) -> "Committee":
        """Some members as a committee that is followed without reserve."""
        state = members_of(self._state, members)
        return Committee(state, self.assets, self.scaler, self.settings, self.constraints, name)

    def followed(self, conviction: float, name: str) -> "Committee":
        """The same agents, followed as far as that."""
        return Committee(
            self._state,
            self.assets,
            self.scaler,
            self.settings,
            self.constraints,
            name,
            conviction=conviction,
        )

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) from what the panel knew at step and the weights (n+1,) it stood at."""
        equal = equal_weights(self.assets - 1, self.constraints)
        if self.conviction <= 0.0:
            return equal
        return tilted(self.wanted(panel, step, weights), equal, self.conviction)

    def wanted(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """The agents' own weights (n+1,): the mean of its members' targets, whatever the conviction."""
        alike = np.broadcast_to(weights, (self.size, len(weights)))
        return self.member_targets(panel, step, alike, self.settings.action_scale).mean(0).numpy()

    def member_targets(
        self, panel: MarketPanel, step: int, weights: Floats, action_scale: float | Tensor
    ) -> Tensor:
        """What every member wants, (M, n+1), from its own weights (M, n+1)."""
        features = flat_features(self.scaler.transform(panel.features[step : step + 1]))[0]
        state = np.concatenate([np.broadcast_to(features, (self.size, len(features))), weights], 1)
        outputs = self._actor(torch.tensor(state[:, None], dtype=torch.get_default_dtype()))
        first, second = (x[:, 0].double() for x in outputs)  # double: weights must sum to 1 beyond float32
        if self.settings.algorithm == "direct":
            held = torch.tensor(weights, dtype=torch.float64)
            return traded_weights(first, second, held, action_scale, self.constraints)
        return portfolio_weights(first.tanh(), action_scale, self.constraints)


@dataclass(frozen=True, eq=False)
class WalkForward:
    """An allocator that hands each evaluation week to the committee that was fitted before its year."""

    committees: Sequence[Committee]  # oldest fold first
    first_steps: list[int]  # where each fold's evaluation begins
    name: str

    def committee(self, step: int) -> Committee:
        """Who decides at a step: the committee of the fold that it belongs to."""
        return self.committees[int(np.searchsorted(self.first_steps, step, side="right")) - 1]

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) of the fold that step belongs to."""
        return self.committee(step).allocate(panel, step, weights)

    def backtest(
        self, panel: MarketPanel, steps: range, folds: npt.NDArray[np.int64] | None = None
    ) -> Backtest:
        """Its backtest with its members beside it, each followed as far as its committee; as `backtest`."""
        first = self.committees[0]
        constraints, equal = first.constraints, equal_weights(first.assets - 1, first.constraints)

        def each(step: int, weights: Floats) -> Floats:
            committee = self.committee(step)
            wanted = committee.member_targets(panel, step, weights, committee.settings.action_scale)
            return tilted(wanted.numpy(), equal, committee.conviction)

        names = [f"Member {i + 1}" for i in range(first.size)]
        members = backtests(names, each, panel, steps, [constraints] * len(names), folds)
        return backtest(self, panel, steps, constraints, folds).with_members(members, constraints.cost_rate)
