"""How often the cone raises a false alarm, and how soon it notices a champion that lost its edge.

    python -m benchmarks.cone

Back-tests of two years are drawn from a process with fat tails and weeks that hang together. Each promises
a lead over equal weight of one standard error a quarter: 13 weeks' lead is as large as its own error. Live
records follow: of the back-test's own process (its weeks, resampled by other draws), or new weeks of the
truth behind it, of which the back-test itself is only an estimate.
"""

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats
from sac.evidence.significance import histories
from sac.track.cone import YEAR, Cone, cone, deepest_shortfalls

BACKTEST = 104  # weeks of a back-test
QUARTER = 13
RECORDS = 4  # live records of each back-test
SPREAD = 0.005  # standard deviation of a week's lead
PERSISTENCE = 0.1  # correlation of one week's lead with the next
ALARM = 0.05  # share of healthy champions that may be flagged

Flags = npt.NDArray[np.bool_]
Record = Callable[[Floats, int, int], Floats]  # back-test (W,), weeks, seed -> leads (RECORDS, weeks)


def process(rng: np.random.Generator, records: int, weeks: int) -> Floats:
    """Leads (records, weeks) around zero: Student's t with four degrees of freedom, first-order dependent."""
    shocks = rng.standard_t(4, (records, weeks + 20)) * SPREAD / np.sqrt(2.0)
    leads = np.zeros_like(shocks)
    for week in range(1, shocks.shape[1]):
        leads[:, week] = PERSISTENCE * leads[:, week - 1] + shocks[:, week]
    settled: Floats = leads[:, 20:]
    return settled


def edge() -> float:
    """The weekly lead that makes 13 weeks as large as their standard error."""
    error = SPREAD / (1.0 - PERSISTENCE)  # of a week, with what hangs together
    return float(error * np.sqrt(QUARTER) / QUARTER)


def resampled(backtest: Floats, weeks: int, seed: int) -> Floats:
    """Records of the back-test's own process."""
    return backtest.take(histories(len(backtest), weeks, 1000 + seed, RECORDS))


def fresh(backtest: Floats, weeks: int, seed: int) -> Floats:
    """Records of the truth behind it."""
    return edge() + process(np.random.default_rng(50_000 + seed), RECORDS, weeks)


def below(promise: Cone, leads: Floats) -> Flags:
    """Which records (R, n) are below the 90 % band after each week: (R, n)."""
    flags: Flags = leads.cumsum(axis=1) < promise.bands[0, : leads.shape[1]]
    return flags


def behind(promise: Cone, leads: Floats) -> Flags:
    """Which records fall so far behind that only one healthy champion in twenty ever does in a year: (R,)."""
    usual = deepest_shortfalls(np.diff(promise.paths[:, :YEAR], prepend=0.0), promise.mean)
    flags: Flags = deepest_shortfalls(leads[:, :YEAR], promise.mean) > np.quantile(usual, 1.0 - ALARM)
    return flags


def measure(backtests: int, record: Record, lost: bool = False) -> dict[str, float]:
    """Shares of live records that are flagged: by the band at a week, at any week, and by the shortfall.

    lost: without the edge from the first live week on.
    """
    found: dict[str, list[Flags]] = {}
    truth = edge() + process(np.random.default_rng(0), backtests, BACKTEST)
    for seed, drawn in enumerate(truth):
        # Without an edge: what is promised is exactly it, or "lost" would depend on the back-test's luck.
        backtest = drawn - drawn.mean() + edge() if lost else drawn
        leads = record(backtest, BACKTEST, seed) - (edge() if lost else 0.0)
        promise = cone(backtest, BACKTEST)
        out = below(promise, leads)
        shares: dict[str, Flags] = {}
        for week in (26, YEAR, BACKTEST):
            shares[f"at week {week}"] = np.asarray(out[:, week - 1])
            shares[f"any week to {week}"] = np.asarray(out[:, :week].any(axis=1))
        shares["shortfall in a year"] = behind(promise, leads)
        for name, flagged in shares.items():
            found.setdefault(name, []).append(flagged)
    return {name: float(np.concatenate(flags).mean()) for name, flags in found.items()}


def main() -> None:
    """Print the table of docs/track.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backtests", type=int, default=250, help="each is followed by four live records")
    count = parser.parse_args().backtests
    cases = {
        "the back-test's own process": measure(count, resampled),
        "new weeks of the truth behind it": measure(count, fresh),
        "edge lost, own process": measure(count, resampled, lost=True),
        "edge lost, new weeks": measure(count, fresh, lost=True),
    }
    names = sorted(next(iter(cases.values())), key=lambda name: name.split()[0] != "at")
    print(f"| {count * RECORDS} records flagged, % | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    for case, shares in cases.items():
        print(f"| {case} | {' | '.join(f'{100 * shares[name]:.1f}' for name in names)} |")


if __name__ == "__main__":
    main()
