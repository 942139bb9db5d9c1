"""From a portfolio to a trade plan: advice and orders, as pages and commands ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from app.holdings.portfolio import Portfolio, Valued, valued
from sac.book import Decider
from sac.market import MarketPanel
from sac.market.calendar import has_ended
from sac.portfolio.trades import TradeList, reference_prices, whole_share_trades

if TYPE_CHECKING:
    from sac.inference import Recommendation

__all__ = ["Plan", "planned", "respelled"]


@dataclass(frozen=True)
class Plan:
    """A champion's or the book's advice for a portfolio, and the orders in whole shares that follow it."""

    advice: "Recommendation"
    holdings: Valued
    orders: TradeList
    demo: bool = False  # of the embedded sample, which is known to have ended

    def over(self, now: pd.Timestamp | None = None) -> bool:
        """Whether the week that the orders are for has ended: nobody trades it any more."""
        behind = self.advice.weeks_behind > 0 and has_ended(self.advice.target_week_end, now)
        return self.advice.historic or (behind and not self.demo)

    def filled(self, now: pd.Timestamp | None = None) -> bool:
        """Whether the session at whose close the orders were to be traded is over, and its week is not."""
        return not (self.demo or self.over(now)) and has_ended(self.advice.target_week_start, now)


def planned(decider: Decider, panel: MarketPanel, portfolio: Portfolio, step: int) -> Plan:
    """Advice and orders of a champion's, or the book's, decision at a step of the panel. Raises DeskError."""
    from sac.inference import Holdings  # here, because it loads torch

    held = valued(portfolio, reference_prices(panel, step))
    advice = decider.advise(panel, step, Holdings(held.cash, held.values), outside="sell")
    orders = whole_share_trades(
        held.shares,
        held.cash,
        advice.target_weights,
        held.prices,
        decider.constraints.cost_rate,
        portfolio.minimum,
    )
    return Plan(advice, held, orders, panel.provenance.source == "sample")


def respelled(advice: "Recommendation", spelling: Mapping[str, str]) -> "Recommendation":
    """Advice about the same stocks, each named as its holder does: symbol of the universe -> their own."""
    return replace(
        advice,
        target_weights={spelling.get(name, name): share for name, share in advice.target_weights.items()},
        weight_changes=[
            replace(change, symbol=spelling.get(change.symbol, change.symbol))
            for change in advice.weight_changes
        ],
    )
