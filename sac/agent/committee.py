"""The committee: members trained together, whose weights are the mean of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sac.agent.ppo import PPO_NETWORKS
from sac.agent.scaler import PortfolioScaler
from sac.agent.soft_actor_critic import SAC_NETWORKS
from sac.config import Constraints, PPOSettings, SACSettings
from sac.market import MarketPanel
from sac.portfolio import equal_weights
from sac.portfolio.constraints import portfolio_weights
from sac.portfolio.environment import flat_features

__all__ = ["Committee", "WalkForward", "members_of"]

_ACTORS: dict[str, dict[str, type[nn.Module]]] = {
    "sac": {name: actor for name, (actor, _) in SAC_NETWORKS.items()},
    "ppo": {**PPO_NETWORKS},
}
Floats = npt.NDArray[np.float64]


class Committee:
    """An allocator of M trained members: the mean of the weights of their mean actions, without noise."""

    def __init__(
        self,
        actor: dict[str, Tensor],
        assets: int,
        scaler: PortfolioScaler,
        settings: SACSettings | PPOSettings,
        constraints: Constraints,
        name: str = "Committee",
        *,
        trusted: bool = True,
    ):
        """`trusted` False: the committee showed no edge in validation and stays at equal weight."""
        self.name, self.scaler, self.settings, self.constraints = name, scaler, settings, constraints
        self._state, self.trusted = actor, trusted
        self.assets = assets
        network = _ACTORS[settings.algorithm][settings.network]
        self._actor = network([torch.Generator() for _ in range(self.size)], assets, settings, constraints)
        self._actor.load_state_dict(actor)

    @property
    def size(self) -> int:
        """M."""
        return len(next(iter(self._state.values())))

    @property
    def finite(self) -> bool:
        """Whether its networks hold numbers: a training can diverge."""
        return all(bool(torch.isfinite(values).all()) for values in self._state.values())

    def members(self) -> list["Committee"]:
        """Each member as a committee of its own; what it would do, trusted or not."""
        return [
            Committee(
                members_of(self._state, slice(i, i + 1)),
                self.assets,
                self.scaler,
                self.settings,
                self.constraints,
                f"Member {i + 1}",
            )
            for i in range(self.size)
        ]

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) from what the panel knew at step and the weights (n+1,) it stood at."""
        if not self.trusted:
            return equal_weights(self.assets - 1, self.constraints)
        features = flat_features(self.scaler.transform(panel.features[step : step + 1]))[0]
        state = torch.tensor(np.concatenate([features, weights]), dtype=torch.get_default_dtype())
        mean, _ = self._actor(state.expand(self.size, 1, -1))  # (M, 1, n+1)
        action = mean[:, 0].double().tanh()  # double: weights must sum to 1 beyond float32
        target = portfolio_weights(action, self.settings.action_scale, self.constraints).mean(0)
        return target.numpy()


@dataclass(frozen=True, eq=False)
class WalkForward:
    """An allocator that hands each evaluation week to the committee that was fitted before its year."""

    committees: Sequence[Committee]  # oldest fold first
    first_steps: list[int]  # where each fold's evaluation begins
    name: str

    def allocate(self, panel: MarketPanel, step: int, weights: Floats) -> Floats:
        """Target weights (n+1,) of the fold that step belongs to."""
        fold = int(np.searchsorted(self.first_steps, step, side="right")) - 1
        return self.committees[fold].allocate(panel, step, weights)


def members_of(state: Any, rows: slice | list[int]) -> Any:
    """Some agents' part of a nested state: every tensor with an agent dimension is cut, the rest kept."""
    if isinstance(state, dict):
        return {name: members_of(value, rows) for name, value in state.items()}
    if isinstance(state, list):
        return [members_of(value, rows) for value in state]
    return state[rows].clone() if isinstance(state, Tensor) and state.ndim else state
