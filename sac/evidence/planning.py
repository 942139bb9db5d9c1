"""What an evaluation can show before anything was trained."""

import numpy as np

from sac.evidence.significance import Difference, difference
from sac.market import MarketPanel

__all__ = ["active_portfolio"]

_WEEKS = 26  # over which a rise is looked at
_DRAWS = 1_000  # enough for a rough size, and a tenth of a second
_SHARE = 2  # the better half of the stocks is held


def active_portfolio(panel: MarketPanel) -> Difference | None:
    """The half of the stocks that rose more in half a year, beside equal weight, over all weeks before cost.

    A stand-in for agents that do not exist yet: how much its lead swings says what so many weeks can show.
    None where the history is shorter than a year of weeks, or a return is missing.
    """
    growth = np.log1p(panel.returns[: panel.complete_steps])  # (W, n)
    if len(growth) < 2 * _WEEKS or not np.isfinite(growth).all():
        return None
    total = np.vstack([np.zeros(growth.shape[1]), np.cumsum(growth, axis=0)])
    risen = total[_WEEKS:-1] - total[: -_WEEKS - 1]  # (W - 26, n) known when the week begins
    held = max(round(growth.shape[1] / _SHARE), 1)
    best = np.argsort(-risen, axis=1, kind="stable")[:, :held]
    weeks = np.expm1(growth[_WEEKS:])
    chosen = np.take_along_axis(weeks, best, axis=1).mean(axis=1)
    return difference(chosen, weeks.mean(axis=1), draws=_DRAWS)
