"""What every training reads first."""

from app.settings import Settings
from sac.market import MarketPanel, load_panel
from sac.progress import Progress, Report
from sac.threads import one_thread

__all__ = ["market_panel"]


def market_panel(root: Settings, report: Report) -> MarketPanel:
    """The market data, reported as the first stage; the process computes in one thread from here on."""
    report(Progress("data", 0.0, "Reading market data"))
    one_thread()
    return load_panel(root.data)
