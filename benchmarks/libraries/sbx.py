"""SBX's SAC: stable-baselines3's interface, its update compiled by JAX."""

from collections.abc import Callable

from sbx import SAC

from benchmarks.libraries.stable_baselines3 import learn
from sac.agent.environment import PortfolioEnvironment
from sac.config import SACSettings

__all__ = ["sac"]


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """One agent."""
    learn(SAC, environment, settings, chunk, tick)
