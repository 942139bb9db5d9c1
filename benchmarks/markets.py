"""Do the agents learn something on real prices, where there is something to learn, and stay quiet elsewhere?

python -m benchmarks.markets [--markets nyse_o ...] [--contenders ...] [--cost 10 25] [--jobs 2]
The protocol stands in docs/evidence.md: expanding walk-forward, the first fold after six years or half the
data, a new fit every two years, fills at the next close, committees of 5, agents trained at 10 bps.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.contenders import AGENTS, FORECAST_OF, RULES, trained
from benchmarks.market_sets import MARKETS
from sac.agent import Fold
from sac.config import FORECASTERS, WEEKS_PER_YEAR, Constraints
from sac.errors import DataError
from sac.evidence import Difference, difference
from sac.forecast import walk_forward
from sac.market import MarketPanel
from sac.portfolio import Backtest, EqualWeight, TopFifth, backtest, log_lead
from sac.threads import one_thread

FIRST_FOLD = 312  # weeks, or half the data
FOLD = 104  # weeks that a fit decides for
VALIDATION = 156  # weeks, or a third of the training window
MEMBERS = 5
TOP_FIFTH = {kind: f"top fifth by {kind}" for kind in FORECASTERS}


@dataclass(frozen=True)
class Result:
    """One contender on one market at one cost, over all its folds. Leads are weekly log growth."""

    market: str
    contender: str
    cost: float  # bps
    lead: list[float]  # over equal weight, net
    turnover: float
    conviction: float | None
    cpu_seconds: float


def folds_of(panel: MarketPanel) -> list[Fold]:
    """Expanding windows, oldest first: what was complete at a fold's first decision may teach it."""
    first = min(FIRST_FOLD, len(panel.decisions) // 2)
    starts = range(first, panel.complete_steps, FOLD)
    folds = []
    for number, start in enumerate(starts, 1):
        stop = panel.steps_known_at(start)
        validation = range(stop - min(VALIDATION, stop // 3), stop)
        folds.append(Fold(number, stop, range(start, min(start + FOLD, panel.complete_steps)), validation))
    return folds


def forecast(market: str, kind: str, cache: Path) -> str | None:
    """Fit a market's forecasters into the cache; why that cannot be done, if it cannot."""
    one_thread()
    try:
        walk_forward(MARKETS[market](), FORECASTERS[kind], cache)
    except DataError as error:
        return str(error)
    return None


def contend(market: str, contender: str, costs: list[float], cache: Path) -> list[Result]:
    """Every record that a contender leaves on a market: as traded, and for agents their own."""
    one_thread()
    panel, began = MARKETS[market](), time.process_time()
    kind = FORECAST_OF.get(contender)
    if kind:
        said = walk_forward(panel, FORECASTERS[kind], cache)
        panel, began = panel.with_forecasts(said.values, said.alphas), time.process_time()
    folds = folds_of(panel)
    steps = range(folds[0].evaluation.start, folds[-1].evaluation.stop)
    results = []
    for cost in costs:
        constraints = Constraints(cost_rate=cost / 10_000)
        equal = backtest(EqualWeight(constraints), panel, steps, constraints)

        def kept(
            name: str,
            record: Backtest,
            conviction: float | None = None,
            cost: float = cost,
            equal: Backtest = equal,
        ) -> Result:
            lead = log_lead(record, equal)
            spent = time.process_time() - began
            return Result(market, name, cost, lead.tolist(), float(record.turnover.mean()), conviction, spent)

        if contender in AGENTS:
            records = trained(contender, panel, folds, constraints, MEMBERS)
            results.append(kept(f"{contender}, agents' own", records.agents))
            results.append(kept(f"{contender}, by conviction", records.traded, records.conviction))
        else:
            rule = TopFifth(constraints) if kind else RULES[contender](panel, constraints)
            results.append(kept(contender, backtest(rule, panel, steps, constraints)))
    return results


def table(results: list[Result]) -> str:
    """Points of annualised log growth over equal weight, with a 95 % interval from blocks of weeks."""
    columns = ("market", "contender", "cost (bps)", "weeks", "net lead (pp a year)", "t", "turnover")
    lines = [f"| {' | '.join((*columns, 'conviction', 'CPU s'))} |", "|" + "---|" * 9]
    rows = sorted({(r.contender, r.cost) for r in results}, key=lambda row: (row[1], row[0]))
    for market in [*dict.fromkeys(r.market for r in results), "all"]:
        for contender, cost in rows:
            group = [
                r
                for r in results
                if (r.contender, r.cost) == (contender, cost) and market in (r.market, "all")
            ]
            if group:
                lines.append(_line(market, contender, cost, group))
    return "\n".join(lines)


def _line(market: str, contender: str, cost: float, group: list[Result]) -> str:
    lead = np.concatenate([r.lead for r in group])
    shown = said(lead)
    t = lead.mean() / (lead.std(ddof=1) / np.sqrt(len(lead))) if lead.any() else 0.0
    weeks = [len(r.lead) for r in group]
    convictions = [r.conviction for r in group if r.conviction is not None]
    return (
        f"| {market} | {contender} | {cost:g} | {len(lead)} "
        f"| {100 * shown.mean:+.1f} [{100 * shown.low:+.1f}, {100 * shown.high:+.1f}] | {t:+.1f} "
        f"| {np.average([r.turnover for r in group], weights=weeks):.2f} "
        f"| {f'{np.mean(convictions):.2f}' if convictions else ''} "
        f"| {sum(r.cpu_seconds for r in group):.0f} |"
    )


def said(lead: np.ndarray) -> Difference:
    """What the bootstrap says of weekly leads (W,)."""
    return difference(np.expm1(lead), np.zeros(len(lead)))


def main() -> None:
    """Run every contender on every market, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    every = [*AGENTS, *TOP_FIFTH.values(), *RULES]
    parser.add_argument("--markets", nargs="+", default=list(MARKETS), choices=MARKETS)
    parser.add_argument("--contenders", nargs="+", default=every, choices=every)
    parser.add_argument("--cost", nargs="+", type=float, default=[10.0], help="bps of every dollar traded")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side, one thread each")
    parser.add_argument("--cache", type=Path, help="a folder that keeps fitted forecasters")
    parser.add_argument("--results", type=Path, help="a file that keeps every weekly lead as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(asked.jobs) as pool:
        results = _run(pool, asked, asked.cache or Path(folder))
    print(table(results))
    print(f"{WEEKS_PER_YEAR} weeks are a year; DJIA and others without a forecaster hold rules alone.")


def _run(pool: ProcessPoolExecutor, asked: argparse.Namespace, cache: Path) -> list[Result]:
    kinds = sorted({FORECAST_OF[each] for each in asked.contenders if each in FORECAST_OF})
    fits = {(m, k): pool.submit(forecast, m, k, cache) for m in asked.markets for k in kinds}
    refused = {key for key, future in fits.items() if future.result() is not None}
    for market, kind in sorted(refused):
        print(f"{market}: too short for {kind}.", file=sys.stderr)
    pending = [
        pool.submit(contend, market, contender, asked.cost, cache)
        for market in asked.markets
        for contender in asked.contenders
        if (market, FORECAST_OF.get(contender)) not in refused
    ]
    results = []
    for number, future in enumerate(pending, 1):
        results += future.result()
        if asked.results:
            asked.results.write_text(json.dumps([dataclasses.asdict(result) for result in results]))
        print(f"{number} of {len(pending)}", end="\r", file=sys.stderr, flush=True)
    return results


if __name__ == "__main__":
    main()
