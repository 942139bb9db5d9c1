"""Why a version wants these weights: what it knew of each stock, and what its forecast moves."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from sac.config import SIGNALS
from sac.inference import Recommendation, committee_of
from sac.market import MarketPanel
from sac.registry import Version

__all__ = ["Explanation", "StockView", "explain"]


@dataclass(frozen=True)
class StockView:
    """One stock as the agents saw it. What was not known is None."""

    symbol: str
    forecast: float | None  # next week's return
    alpha: float | None  # what the agents see of it
    signals: dict[str, float | None]
    held_weight: float  # share of wealth before the trades, as given to the agents
    target_weight: float
    sensitivity: float | None  # change of the target weight for a higher alpha; None without a forecast


@dataclass(frozen=True)
class Explanation:
    """Every stock of one recommendation."""

    alpha_step: float  # how much higher: the unit in which the agents read it
    conviction: float  # 0: equal weight, whatever the agents see
    stocks: list[StockView]


def explain(version: Version, panel: MarketPanel, step: int, advice: Recommendation) -> Explanation:
    """Explain the recommendation that this version gave for a step of this panel.

    The sensitivity is a finite difference: the committee is asked again with one stock's alpha one unit
    higher, all else equal, for each stock in turn.
    """
    week, committee = _one_week(panel, step), committee_of(version)
    alphas = np.array([[advice.alphas[s] for s in panel.symbols]], dtype=np.float64)  # (1, n)
    held = {change.symbol: change.current_weight for change in advice.weight_changes}
    stocks = np.array([held[symbol] for symbol in panel.symbols])
    weights = np.append(stocks, 1.0 - stocks.sum())  # what is sold outside the universe counts as CASH
    raised = float(committee.scaler.scale[-1])
    views = []
    for i, symbol in enumerate(panel.symbols):
        sensitivity = None
        if advice.alphas[symbol] is not None:
            higher = alphas.copy()
            higher[0, i] += raised
            wanted = committee.allocate(week.with_forecasts(higher), 0, weights)
            sensitivity = advice.conviction * (float(wanted[i]) - advice.agents_weights[symbol])
        known = zip(SIGNALS, panel.signals[step, i].tolist(), strict=True)
        views.append(
            StockView(
                symbol,
                advice.forecasts[symbol],
                advice.alphas[symbol],
                {name: value if np.isfinite(value) else None for name, value in known},
                held[symbol],
                advice.target_weights[symbol],
                sensitivity,
            )
        )
    return Explanation(raised, advice.conviction, views)


def _one_week(panel: MarketPanel, step: int) -> MarketPanel:
    """The panel of one decision, so that asking n times costs n weeks and not n histories."""
    rows = slice(step, step + 1)
    names = ("decisions", "fills", "ends", "returns", "gaps", "seen", "signals", "forecasts", "alphas")
    return dataclasses.replace(panel, **{name: getattr(panel, name)[rows] for name in names})
