"""From a portfolio to a trade plan: advice and orders, as pages and commands ask for them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.holdings.portfolio import Portfolio, Valued, valued
from sac.config import FollowChoice
from sac.market import MarketPanel
from sac.portfolio.trades import TradeList, reference_prices, whole_share_trades
from sac.registry import Version

if TYPE_CHECKING:
    from sac.inference import Recommendation

__all__ = ["Plan", "planned"]


@dataclass(frozen=True)
class Plan:
    """A version's advice for a portfolio, and the orders in whole shares that follow it."""

    advice: "Recommendation"
    holdings: Valued
    orders: TradeList


def planned(
    version: Version,
    panel: MarketPanel,
    portfolio: Portfolio,
    step: int,
    *,
    follow: FollowChoice = "as trained",
    cache: Path | None = None,
) -> Plan:
    """Advice and orders of a decision, a step of the panel. Raises DeskError.

    follow, cache: as for `sac.inference.target_weights`.
    """
    from sac.inference import Holdings, target_weights  # here, because it loads torch

    held = valued(portfolio, reference_prices(panel, step))
    advice = target_weights(
        version,
        panel,
        Holdings(held.cash, held.values),
        step,
        outside="sell",
        follow=follow,
        cache=cache,
    )
    orders = whole_share_trades(
        held.shares,
        held.cash,
        advice.target_weights,
        held.prices,
        version.settings.constraints.cost_rate,
        portfolio.minimum,
    )
    return Plan(advice, held, orders)
