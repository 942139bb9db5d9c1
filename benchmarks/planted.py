"""Draws of real prices, and forecasts of a known skill planted into them."""

import numpy as np
import pandas as pd

from benchmarks.market_sets import numbered_closes
from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR
from sac.forecast.alpha import calibrated, skill_record
from sac.market import DEMO_UNIVERSE, MarketPanel, build_panel, numbered_panel, sample_path

__all__ = ["EDGES", "market", "planted"]

# 20 names of the sample without RRC (bad data) and AMD (quantised prices): 15 of 18 make a universe.
NAMES = [*DEMO_UNIVERSE, "BAC", "BBY", "CVX"]
WINDOWS = [("2005-01-03", "2015-12-31", "2020-12-31"), ("2001-01-02", "2009-12-31", "2014-12-31")]
OTHER_MARKETS = 200  # draws from here on
TORONTO = 88  # stocks of the widest set, which has five years
TRAINING_YEARS, YEARS = 11, 16
# Linear correlation and persistence: a rank IC of .15 takes a linear .168 on these fat-tailed returns.
EDGES = {
    "IC .15": (0.168, 0.0),
    "IC .10": (0.112, 0.0),
    "IC .05": (0.056, 0.0),
    "IC 0": (0.0, 0.0),
    "IC .15 slow": (0.168, 0.9),
}


def market(draw: int, stocks: int = 15) -> tuple[MarketPanel, int]:
    """A universe and a window of real prices: the panel, and how many of its steps are for training."""
    if stocks > TORONTO:
        return _resampled(draw, stocks)
    if stocks > len(DEMO_UNIVERSE):
        return _toronto(draw, stocks)
    if draw >= OTHER_MARKETS:
        return _other_market(draw, stocks)
    start, split, end = WINDOWS[draw % len(WINDOWS)]
    symbols = sorted(np.random.default_rng([draw, 1]).permutation(NAMES)[:stocks])
    frame = pd.read_csv(sample_path(), parse_dates=["Date"], index_col="Date")
    panel = build_panel({"close": frame.loc[start:end, symbols]}, source="sample", note="")
    return panel, panel.steps_known_at(int(np.searchsorted(panel.decisions, np.datetime64(split, "D"))))


def _other_market(draw: int, stocks: int) -> tuple[MarketPanel, int]:
    """Names and years that no draw below had: some of the New York sets that a package ships, 16 years."""
    closes = numbered_closes(("nyse_o", "nyse_n")[draw % 2])
    rng = np.random.default_rng([draw, 1])
    names = np.sort(rng.permutation(closes.shape[1])[:stocks])
    sessions = 5 * YEARS * WEEKS_PER_YEAR
    first = int(rng.integers(len(closes) - sessions))
    panel = numbered_panel(closes[first : first + sessions, names], note="")
    return panel, panel.steps_known_at(TRAINING_YEARS * WEEKS_PER_YEAR)


def _toronto(draw: int, stocks: int) -> tuple[MarketPanel, int]:
    """Some of the Toronto set's stocks: two fifths of its weeks are left to judge."""
    closes = numbered_closes("tse")
    names = np.sort(np.random.default_rng([draw, 1]).permutation(closes.shape[1])[:stocks])
    panel = numbered_panel(closes[:, names], note="")
    return panel, panel.steps_known_at(3 * len(panel.decisions) // 5)


def _resampled(draw: int, stocks: int) -> tuple[MarketPanel, int]:
    """As many stocks as are asked for: the New York sets, each again and again, from another session on.

    A set's stocks keep what they share. What happens on a session happens on another one to the next copy.
    """
    rng = np.random.default_rng([draw, 1])
    sets = [numbered_closes(name) for name in ("nyse_o", "nyse_n")]
    growths: list[Floats] = []
    while sum(growth.shape[1] for growth in growths) < stocks:
        closes = sets[len(growths) % len(sets)]
        growth = np.roll(closes[1:] / closes[:-1], -int(rng.integers(len(closes))), axis=0)
        growths.append(growth[: 5 * YEARS * WEEKS_PER_YEAR])
    prices: Floats = np.hstack(growths)[:, :stocks].cumprod(axis=0)
    panel = numbered_panel(prices, note="")
    return panel, panel.steps_known_at(TRAINING_YEARS * WEEKS_PER_YEAR)


def planted(panel: MarketPanel, correlation: float, persistence: float, draw: int) -> MarketPanel:
    """Forecasts whose cross-section correlates with next week's returns, the rest is noise.

    With persistence the forecast is a slow one: it foresees a decaying mean of the coming weeks.
    """
    returns = np.nan_to_num(panel.returns)
    z = returns - returns.mean(1, keepdims=True)
    z /= z.std(1, keepdims=True).clip(1e-12)
    signal, noise = z.copy(), np.random.default_rng([draw, 2]).normal(size=z.shape)
    for t in reversed(range(len(z) - 1)):  # both run backwards, so that both are equally slow
        signal[t] = persistence * signal[t + 1] + np.sqrt(1 - persistence**2) * z[t]
        noise[t] = persistence * noise[t + 1] + np.sqrt(1 - persistence**2) * noise[t]
    share = correlation / np.sqrt(1 - persistence**2)  # the coming week is only part of a slow signal
    forecasts = 0.01 * (share * signal + np.sqrt(1 - share**2) * noise)
    return panel.with_forecasts(forecasts, calibrated(panel, forecasts, skill_record(panel, forecasts)))
