"""What a forecaster sees at a decision: the last sessions' changes of every real price field, and a year's
weekly returns beside them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats, Singles
from sac.config import ForecastSettings
from sac.errors import DataError
from sac.market import MarketPanel

__all__ = ["MONTH", "History", "channels", "complete", "history", "windows"]


MONTH = 4  # weeks that are read as one: a network that goes through a year week by week takes too long
_FIELDS = ("close", "open", "high", "low", "volume")


@dataclass(frozen=True, eq=False)
class History:
    """All that windows are cut from; NaN where a change has nothing before it."""

    daily: Floats  # (S, n, channels) of each session and the one before
    weekly: Floats  # (T, n) log return from the decision before
    last: npt.NDArray[np.intp]  # (T,) the session that each decision saw last


def channels(panel: MarketPanel) -> tuple[str, ...]:
    """The panel's price fields in a fixed order: one input channel each, none invented."""
    strange = sorted(panel.prices.keys() - set(_FIELDS))
    if strange:
        raise DataError(f"Forecasters know no price field {strange[0]!r}: use {', '.join(_FIELDS)}.")
    return tuple(name for name in _FIELDS if name in panel.prices)


def history(panel: MarketPanel) -> History:
    """A panel's changes by session and by week."""
    closes = np.log(panel.closes)
    columns = []
    for name in channels(panel):
        if name == "close":
            columns.append(_changes(closes))
        elif name == "volume":
            columns.append(_changes(np.log1p(panel.prices[name])))
        else:
            columns.append(np.log(panel.prices[name]) - closes)
    # Where a decision's session has no price, the one before it is the last information.
    last = panel.last_sessions
    return History(np.stack(columns, axis=-1), _changes(closes[last]), last)


def windows(past: History, steps: npt.NDArray[np.intp], settings: ForecastSettings) -> tuple[Singles, ...]:
    """Sessions (steps, n, window, channels), then weeks (steps, n, 4·months, 1) where they are asked for.

    They end at each step's decision, and are NaN where the past is too short.
    """
    cut = [_window(past.daily, past.last[steps], settings.window)]
    if settings.months:
        cut.append(_window(past.weekly[..., None], steps, MONTH * settings.months))
    return tuple(cut)


def complete(inputs: tuple[Singles, ...]) -> npt.NDArray[np.bool_]:
    """Which stocks' windows hold no NaN: (steps, n)."""
    known: npt.NDArray[np.bool_] = np.stack([np.isfinite(window).all(axis=(2, 3)) for window in inputs])
    return np.logical_and.reduce(known)  # type: ignore[no-any-return]


def _window(values: Floats, last: npt.NDArray[np.intp], length: int) -> Singles:
    """Rows of values (rows, n, channels) that end at each `last`: (steps, n, length, channels)."""
    rows = last[:, None] + np.arange(1 - length, 1)  # (steps, length)
    seen = values[np.maximum(rows, 0)]  # (steps, length, n, channels); row 0 is NaN
    return np.ascontiguousarray(seen.swapaxes(1, 2), dtype=np.float32)


def _changes(values: Floats) -> Floats:
    return np.diff(values, axis=0, prepend=np.full((1, values.shape[1]), np.nan))
