"""What every training reads first."""

from app.settings import Settings
from sac.market import MarketPanel, load_panel
from sac.progress import Stopwatch
from sac.threads import one_thread

__all__ = ["market_panel"]


def market_panel(root: Settings, watch: Stopwatch) -> MarketPanel:
    """The market data, reported as the first stage; the process computes in one thread from here on."""
    watch.enter("data", "Reading market data")
    one_thread()
    return load_panel(root.data)
