"""How champions did after their last decision, by the desk's data of now."""

from functools import lru_cache
from pathlib import Path

from app.settings import Settings
from sac.errors import DeskError
from sac.market import load_panel, market_stamp
from sac.portfolio import Backtest
from sac.promotion.gate import Forward
from sac.registry import Registry, Version
from sac.threads import one_thread

__all__ = ["forward_of"]


def forward_of(root: Settings) -> Forward:
    """What a gate asks for a champion that was trained before its challenger."""

    def forward(champion: Version) -> Backtest | None:
        path = champion.path
        return _forward(
            root.data, market_stamp(root.data), root.cache, path.parents[1], path.parent.name, path.name
        )

    return forward


@lru_cache(maxsize=8)  # a page asks at every rerun, and the panel alone takes a third of a second
def _forward(data: Path, state: str, cache: Path, registry: Path, variant: str, name: str) -> Backtest | None:
    from sac.forward import forward_record  # here, because it loads torch

    one_thread()
    try:
        panel = load_panel(data)
        return forward_record(Registry(registry).version(variant, name), panel, cache)
    except DeskError:  # data that are refused, or too short: the gate compares what both have
        return None
