"""What every training reads first."""

from app.settings import Settings
from sac.market import MarketPanel, load_panel
from sac.progress import Stopwatch
from sac.threads import one_thread

__all__ = ["market_panel"]


def market_panel(root: Settings, watch: Stopwatch, computes: bool = True) -> MarketPanel:
    """The market data, reported as the first stage; a process that computes has one thread from here on."""
    watch.enter("data", "Reading market data")
    if computes:
        one_thread()
    return load_panel(root.data)
