"""Do the agents learn an edge that is there, and leave alone one that is not?

Real prices, planted forecasts: python -m benchmarks.learning [--draws 0 1 2 3] [--settings plan desk] ...
Each draw is another noise, another universe of 15 and, in turn, one of two windows. Draws below 100 make the
published table; settings are chosen on draws from 100 on; draws from 200 on are of other names and years
(extra `bench`). Everything is net of 10 bps. One training gives both records: its agents' own, and what was
held by conviction.
"""

import argparse
import ast
import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmarks.market_sets import numbered_closes
from sac.agent import Fold, train_ensemble
from sac.config import (
    FORECASTERS,
    PRESETS,
    Constraints,
    Follow,
    LearnerSettings,
    SACSettings,
    TrainingSettings,
)
from sac.evidence import Metrics, metrics
from sac.forecast.alpha import calibrated, skill_record
from sac.market import DEMO_UNIVERSE, MarketPanel, build_panel, numbered_panel, sample_path
from sac.portfolio import EqualWeight, TopFifth, backtest
from sac.threads import one_thread

# 20 names of the sample without RRC (bad data) and AMD (quantised prices): 15 of 18 make a universe.
NAMES = [*DEMO_UNIVERSE, "BAC", "BBY", "CVX"]
WINDOWS = [("2005-01-03", "2015-12-31", "2020-12-31"), ("2001-01-02", "2009-12-31", "2014-12-31")]
OTHER_MARKETS = 200  # draws from here on
# Linear correlation and persistence: a rank IC of .15 takes a linear .168 on these fat-tailed returns.
EDGES = {
    "IC .15": (0.168, 0.0),
    "IC .10": (0.112, 0.0),
    "IC .05": (0.056, 0.0),
    "IC 0": (0.0, 0.0),
    "IC .15 slow": (0.168, 0.9),
}

# The original plan's table with nothing added: no scaling, no relative reward, no replayed weeks.
BARE = SACSettings(action_scale=1.0, reward_scale=1.0, relative_reward=False, counterfactual=False)
SETTINGS: dict[str, LearnerSettings] = {
    "plan": PRESETS["plan"]["sac"],
    "desk": PRESETS["desk"]["sac"],
    "bare": BARE,
    "ppo plan": PRESETS["plan"]["ppo"],
    "ppo desk": PRESETS["desk"]["ppo"],
    "direct plan": PRESETS["plan"]["direct"],
    "direct desk": PRESETS["desk"]["direct"],
}


@dataclass(frozen=True)
class Result:
    """One training on one draw, judged out of sample."""

    setting: str
    edge: str
    draw: int
    rank_ic: float  # of the forecasts that the agents trained on
    committee: dict[Follow, Metrics]  # the agents' own, and by conviction
    members: list[float]  # CAGR of each
    equal: Metrics
    rule: Metrics
    conviction: float  # how far it went from equal weight towards its agents
    in_sample: float  # the committee's CAGR over equal weight on its training weeks: never evidence
    cpu_seconds: float  # a member


def market(draw: int) -> tuple[MarketPanel, int]:
    """A universe and a window of real prices: the panel, and how many of its steps are for training."""
    if draw >= OTHER_MARKETS:
        return _other_market(draw)
    start, split, end = WINDOWS[draw % len(WINDOWS)]
    symbols = sorted(np.random.default_rng([draw, 1]).permutation(NAMES)[:15])
    frame = pd.read_csv(sample_path(), parse_dates=["Date"], index_col="Date")
    panel = build_panel({"close": frame.loc[start:end, symbols]}, source="sample", note="")
    return panel, panel.steps_known_at(int(np.searchsorted(panel.decisions, np.datetime64(split, "D"))))


def _other_market(draw: int) -> tuple[MarketPanel, int]:
    """Names and years that no draw below had: 15 of the New York sets that a package ships, 16 years."""
    closes = numbered_closes(("nyse_o", "nyse_n")[draw % 2])
    rng = np.random.default_rng([draw, 1])
    names = np.sort(rng.permutation(closes.shape[1])[:15])
    first = int(rng.integers(len(closes) - 16 * 260))
    panel = numbered_panel(closes[first : first + 16 * 260, names], note="")
    return panel, panel.steps_known_at(11 * 52)


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


def run(
    setting: str, agent: LearnerSettings, edge: str, draw: int, members: int, validation_weeks: int
) -> Result:
    """Train a committee on one draw and backtest it over the years after."""
    one_thread()
    constraints = Constraints()
    panel, stop = market(draw)
    panel = planted(panel, *EDGES[edge], draw)
    settings = TrainingSettings(
        members=members,
        seed=draw,
        agent=agent,
        forecast=FORECASTERS["lstm"],
        validation_weeks=validation_weeks,
    )
    fold = Fold(0, stop, range(0), range(stop - validation_weeks, stop))
    began = time.process_time()
    ensemble = train_ensemble(panel, [fold], settings, lambda done, values: None)
    spent = (time.process_time() - began) / members
    conviction = ensemble.validations[0].conviction if ensemble.validations else 1.0
    committee = ensemble.committee(0, setting)
    steps = range(stop + 1, panel.complete_steps)  # the week in between was not known yet

    def judge(allocator: object, over: range = steps) -> Metrics:
        return metrics(backtest(allocator, panel, over, constraints), constraints)  # type: ignore[arg-type]

    seen = range(stop)
    return Result(
        setting,
        edge,
        draw,
        float(np.mean([spearmanr(panel.forecasts[t], panel.returns[t]).statistic for t in range(stop)])),
        {"agents": judge(committee), "conviction": judge(ensemble.committee(0, setting, conviction))},
        [judge(member).cagr for member in committee.members()],
        judge(EqualWeight(constraints)),
        judge(TopFifth(constraints)),
        conviction,
        judge(committee, seen).cagr - judge(EqualWeight(constraints), seen).cagr,
        spent,
    )


def table(results: list[Result], follows: list[Follow]) -> str:
    """Points of CAGR over equal weight, mean over the draws and their standard error."""
    columns = [
        *(
            "setting",
            "edge",
            "follow",
            "rank IC",
            "committee",
            "worst draw",
            "conviction",
            "member, worst member",
            "top-5 rule",
        ),
        *("in sample", "weekly turnover", "cost drag", "CPU s per member"),
    ]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    rows = dict.fromkeys((r.setting, r.edge, follow) for r in results for follow in follows)
    for setting, edge, follow in rows:
        group = [r for r in results if (r.setting, r.edge) == (setting, edge)]
        held = [r.committee[follow] for r in group]
        excess = [100 * (held_by.cagr - r.equal.cagr) for held_by, r in zip(held, group, strict=True)]
        error = np.std(excess, ddof=1) / np.sqrt(len(excess)) if len(excess) > 1 else np.nan
        by_member = [100 * (m - r.equal.cagr) for r in group for m in r.members]
        rule = np.mean([100 * (r.rule.cagr - r.equal.cagr) for r in group])
        lines.append(
            f"| {setting} | {edge} | {follow} | {np.mean([r.rank_ic for r in group]):.3f} "
            f"| {np.mean(excess):+.1f} ± {error:.1f} | {min(excess):+.1f} "
            f"| {np.mean([r.conviction for r in group]):.2f} "
            f"| {np.mean(by_member):+.1f}, {min(by_member):+.1f} | {rule:+.1f} "
            f"| {np.mean([100 * r.in_sample for r in group]):+.0f} "
            f"| {np.mean([each.turnover for each in held]):.2f} "
            f"| {np.mean([100 * each.cost_drag for each in held]):.2f} "
            f"| {np.mean([r.cpu_seconds for r in group]):.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Train every setting on every edge and draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", nargs="+", default=["plan", "desk", "bare"], choices=SETTINGS)
    parser.add_argument("--edges", nargs="+", default=list(EDGES), choices=EDGES)
    parser.add_argument("--draws", nargs="+", type=int, default=[0, 1, 2, 3])
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--follow", nargs="+", default=list(get_args(Follow)), choices=get_args(Follow))
    parser.add_argument(
        "--validation-weeks",
        type=int,
        default=TrainingSettings().validation_weeks,
        help="validation weeks; 0 has no conviction but the agents' own",
    )
    parser.add_argument("--jobs", type=int, default=1, help="trainings side by side, one thread each")
    parser.add_argument("--results", type=Path, help="a file that keeps every draw's figures as JSON")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other agent settings")
    asked = parser.parse_args()
    changes = dict(_change(text) for text in asked.set)
    with ProcessPoolExecutor(asked.jobs) as pool:
        pending = [
            pool.submit(
                run,
                name,
                dataclasses.replace(SETTINGS[name], **changes),
                edge,
                draw,
                asked.members,
                asked.validation_weeks,
            )
            for name, edge, draw in _grid(asked.settings, asked.edges, asked.draws)
        ]
        results = []
        for future in pending:
            results.append(future.result())
            if asked.results:
                asked.results.write_text(json.dumps([dataclasses.asdict(result) for result in results]))
            print(f"{len(results)} of {len(pending)}", end="\r", file=sys.stderr, flush=True)
    print(table(results, asked.follow))


def _grid(settings: list[str], edges: list[str], draws: list[int]) -> Iterator[tuple[str, str, int]]:
    return ((name, edge, draw) for name in settings for edge in edges for draw in draws)


def _change(text: str) -> tuple[str, Any]:
    """NAME=VALUE of a setting; hidden_sizes=32 means (32, 32)."""
    name, value = text.split("=")
    parsed = ast.literal_eval(value)
    return name, (parsed, parsed) if name == "hidden_sizes" else parsed


if __name__ == "__main__":
    main()
