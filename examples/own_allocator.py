"""A strategy of your own, on the same weeks and at the same costs as equal weight.

python examples/own_allocator.py
"""

import numpy as np
import numpy.typing as npt
import torch

from sac.config import Constraints
from sac.evidence import difference, metrics
from sac.market import MarketPanel, sample_panel
from sac.portfolio import EqualWeight, backtest
from sac.portfolio.constraints import constrain

LOOKBACK = 130  # sessions: 26 weeks


class Momentum:
    """More of what rose over the last 26 weeks, within the limits on cash and on a single stock."""

    name = "Momentum 26"

    def allocate(
        self, panel: MarketPanel, step: int, weights: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Target weights (n+1,), CASH last. It reads closes up to the decision's session, and none later."""
        close = np.searchsorted(panel.sessions, panel.decisions[step], side="right") - 1
        momentum = panel.closes[close] / panel.closes[close - LOOKBACK] - 1.0
        score = np.append(np.exp(4.0 * momentum), 0.1)  # CASH last
        return constrain(torch.from_numpy(score / score.sum()), Constraints()).numpy()


panel, constraints = sample_panel(), Constraints()
weeks = range(panel.complete_steps - 5 * 52, panel.complete_steps)
own = backtest(Momentum(), panel, weeks, constraints)
benchmark = backtest(EqualWeight(constraints), panel, weeks, constraints)

for result in (own, benchmark):
    print(f"{result.name}: CAGR {metrics(result, constraints).cagr:+.1%}, net of costs")
found = difference(own.net, benchmark.net)
print(f"Difference over {found.weeks} weeks: {found.mean:+.1%} of log growth a year, which {found.verdict}")
largest = own.weights[-1].argsort()[::-1][:3]
print("Largest weights:", ", ".join(f"{[*own.symbols, 'CASH'][i]} {own.weights[-1, i]:.1%}" for i in largest))
