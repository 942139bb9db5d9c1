"""What a forecaster sees at a decision: the last sessions' changes of every real price field."""

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats
from sac.errors import DataError
from sac.market import MarketPanel

__all__ = ["channels", "daily_inputs", "windows"]


_FIELDS = ("close", "open", "high", "low", "volume")


def channels(panel: MarketPanel) -> tuple[str, ...]:
    """The panel's price fields in a fixed order: one input channel each, none invented."""
    strange = sorted(panel.prices.keys() - set(_FIELDS))
    if strange:
        raise DataError(f"Forecasters know no price field {strange[0]!r}: use {', '.join(_FIELDS)}.")
    return tuple(name for name in _FIELDS if name in panel.prices)


def daily_inputs(panel: MarketPanel) -> Floats:
    """One row per session from that session and the one before: (S, n, channels), the first row NaN."""
    closes = np.log(panel.closes)
    columns = []
    for name in channels(panel):
        if name == "close":
            columns.append(_changes(closes))
        elif name == "volume":
            columns.append(_changes(np.log1p(panel.prices[name])))
        else:
            columns.append(np.log(panel.prices[name]) - closes)
    return np.stack(columns, axis=-1)


def windows(
    panel: MarketPanel, daily: Floats, steps: npt.NDArray[np.intp], window: int
) -> npt.NDArray[np.float32]:
    """Rows of `daily` that end at each step's decision: (steps, n, window, channels), NaN where too short."""
    # Where a decision's session has no price, the one before it is the last information.
    last = np.searchsorted(panel.sessions, panel.decisions[steps], side="right") - 1
    rows = last[:, None] + np.arange(1 - window, 1)  # (steps, window)
    seen = daily[np.maximum(rows, 0)]  # (steps, window, n, channels); row 0 is NaN
    return np.ascontiguousarray(seen.swapaxes(1, 2), dtype=np.float32)


def _changes(values: Floats) -> Floats:
    return np.diff(values, axis=0, prepend=np.full((1, values.shape[1]), np.nan))
