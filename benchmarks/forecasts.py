"""Does a forecaster lose skill where its epochs are bounded, and what does the bound save?

python -m benchmarks.forecasts [--markets nyse_o "side by side, 7 years"] [--bounds 0 10000] [--seeds 0 1]
Walk-forward rank IC with at most so many examples in an epoch (0: all), and how far it is from the first
bound's. Early weeks lie before the first fold of benchmarks.markets: no agent was judged on them.
"""

import argparse
import dataclasses
import functools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.market_sets import MARKETS, side_by_side
from benchmarks.markets import folds_of
from sac.arrays import Floats
from sac.config import FORECASTERS, ForecastSettings
from sac.forecast import training_steps, walk_forward
from sac.forecast.skill import rank_correlations
from sac.market import MarketPanel
from sac.threads import one_thread

CHOICES: dict[str, Callable[[], MarketPanel]] = {
    **{name: market for name, market in MARKETS.items() if name != "djia"},  # too short for a forecast
    **{f"side by side, {years} years": functools.partial(side_by_side, years) for years in (7, 3)},
}


def weekly_ic(
    panel: MarketPanel, settings: ForecastSettings, seeds: list[int], cache: Path
) -> tuple[Floats, float]:
    """Rank IC of every week (T,), mean over the seeds, NaN without a forecast; and CPU seconds a seed."""
    ic, began = [], time.process_time()
    for seed in seeds:
        said = walk_forward(panel, dataclasses.replace(settings, seed=seed), cache).values
        known = np.isfinite(said).all(axis=1) & np.isfinite(panel.returns).all(axis=1)
        weeks = np.full(panel.returns.shape[0], np.nan)
        weeks[known] = rank_correlations(said[known], panel.returns[known])
        ic.append(weeks)
    return np.mean(ic, axis=0), (time.process_time() - began) / len(seeds)


def row(market: str, panel: MarketPanel, settings: ForecastSettings, ic: Floats, first: Floats) -> str:
    """A market and a bound."""
    taught = [len(training_steps(panel, year, settings)) for year in np.unique(panel.years).tolist()]
    stocks, known = len(panel.symbols), np.isfinite(ic)
    early = known & (np.arange(len(ic)) < folds_of(panel)[0].evaluation.start)
    return (
        f"| {market} | {stocks} | {settings.epoch_examples or 'all'} "
        f"| {min(max(taught), settings.epoch_weeks(stocks))} of {max(taught)} "
        f"| {said(ic[known])}, {said((ic - first)[known])} | {said(ic[early])}, {said((ic - first)[early])} "
    )


def said(values: Floats) -> str:
    """Mean and standard error."""
    if len(values) < 2:
        return "–"
    return f"{values.mean():+.4f} ± {values.std(ddof=1) / np.sqrt(len(values)):.4f}"


def main() -> None:
    """Print a row per market and bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--markets", nargs="+", default=list(CHOICES), choices=CHOICES)
    parser.add_argument("--kind", default="lstm", choices=FORECASTERS)
    parser.add_argument(
        "--bounds", nargs="+", type=int, default=[0, FORECASTERS["lstm"].epoch_examples], help="0: all"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--cache", type=Path, help="a folder that keeps fitted forecasters: no CPU time then")
    asked = parser.parse_args()
    one_thread()
    print(
        "| market | stocks | bound | weeks of the longest epoch | rank IC, less the first bound's "
        "| early weeks | CPU s |\n" + "|---" * 7 + "|"
    )
    with tempfile.TemporaryDirectory() as folder:
        for market in asked.markets:
            panel, first = CHOICES[market](), None
            for bound in asked.bounds:
                settings = dataclasses.replace(FORECASTERS[asked.kind], epoch_examples=bound)
                ic, seconds = weekly_ic(panel, settings, asked.seeds, asked.cache or Path(folder))
                first = ic if first is None else first
                print(row(market, panel, settings, ic, first) + f"| {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
