"""Drawdowns one by one: how deep, since when, and how long until the loss was made good."""

from dataclasses import dataclass

import numpy as np

from sac.portfolio import Backtest

__all__ = ["Drawdown", "drawdowns"]

_LEVEL = 1e-12  # a fall that is only rounding


@dataclass(frozen=True)
class Drawdown:
    """One stretch below the highest wealth so far; dates are closes, "2022-06-17"."""

    depth: float  # fraction, negative
    start: str  # the last close at the peak; the first fill where the initial capital is it
    trough: str
    end: str  # the first close at or above the peak again; empty while it is not made good
    weeks: int  # from the peak to the end, or to the last week of the record
    recovery: int  # of them after the trough


def drawdowns(result: Backtest) -> list[Drawdown]:
    """Every drawdown of a backtest, net of costs, the deepest first."""
    wealth, dates = result.wealth, list(map(str, result.dates))
    under = wealth / np.maximum.accumulate(wealth) - 1.0  # (W+1,)
    below = (under < -_LEVEL).astype(np.int8)
    peaks = np.flatnonzero(np.diff(below) == 1)  # the next close is below
    ends = np.flatnonzero(np.diff(below) == -1) + 1
    found = []
    for number, peak in enumerate(peaks):
        end = ends[number] if number < len(ends) else len(below) - 1
        trough = peak + under[peak : end + 1].argmin()
        found.append(
            Drawdown(
                depth=float(under[trough]),
                start=dates[peak],
                trough=dates[trough],
                end=dates[end] if number < len(ends) else "",
                weeks=int(end - peak),
                recovery=int(end - trough),
            )
        )
    return sorted(found, key=lambda one: one.depth)
