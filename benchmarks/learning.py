"""Do the agents learn an edge that is there, and leave alone one that is not?

Real prices, planted forecasts: python -m benchmarks.learning [--draws 0 1 2 3] [--settings plan desk] ...
Each draw is another noise, another universe of 15 and, in turn, one of two windows. Draws below 100 make the
published table; settings are chosen on draws from 100 on; draws from 200 on are of other names and years
(extra `bench`). Everything is net of 10 bps. One training gives both records: its agents' own, and what was
held by conviction.

More stocks than 15 (--stocks) are the Toronto set's, five years, and beyond its 88 the New York sets'
resampled. --rows compares batches: so many rows of stocks in an update, 0 for the 64 weeks of the `plan`.
"""

import argparse
import ast
import dataclasses
import itertools
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import TypeAdapter
from scipy.stats import spearmanr

from benchmarks.planted import EDGES, market, planted
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
from sac.portfolio import EqualWeight, TopFifth, backtest
from sac.threads import one_thread

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


@dataclass(frozen=True)
class Task:
    """A training that is asked for."""

    setting: str  # what the table calls it
    agent: LearnerSettings
    edge: str
    draw: int
    stocks: int
    members: int
    validation_weeks: int

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells its result from others."""
        return self.setting, self.edge, self.draw, self.members


def run(task: Task) -> Result:
    """Train a committee on one draw and backtest it over the years after."""
    one_thread()
    constraints = Constraints()
    panel, stop = market(task.draw, task.stocks)
    panel = planted(panel, *EDGES[task.edge], task.draw)
    validation = min(task.validation_weeks, stop // 3)
    settings = TrainingSettings(
        members=task.members,
        seed=task.draw,
        agent=task.agent,
        forecast=FORECASTERS["lstm"],
        validation_weeks=validation,
    )
    fold = Fold(0, stop, range(0), range(stop - validation, stop))
    began = time.process_time()
    ensemble = train_ensemble(panel, [fold], settings, lambda done, values: None)
    spent = (time.process_time() - began) / task.members
    conviction = ensemble.validations[0].conviction if ensemble.validations else 1.0
    committee = ensemble.committee(0, task.setting)
    steps = range(stop + 1, panel.complete_steps)  # the week in between was not known yet

    def judge(allocator: object, over: range = steps) -> Metrics:
        return metrics(backtest(allocator, panel, over, constraints), constraints)  # type: ignore[arg-type]

    seen = range(stop)
    return Result(
        task.setting,
        task.edge,
        task.draw,
        float(np.mean([spearmanr(panel.forecasts[t], panel.returns[t]).statistic for t in range(stop)])),
        {"agents": judge(committee), "conviction": judge(ensemble.committee(0, task.setting, conviction))},
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


def shares(results: list[Result]) -> str:
    """What agents lead equal weight by, as a share of what the first batch of rows does on the same draws."""
    lead = {(r.setting, r.edge, r.draw): r.committee["agents"].cagr - r.equal.cagr for r in results}
    lines = ["| setting | edge | draws | share of the first batch's lead |", "|---" * 4 + "|"]
    first: dict[str, str] = {}  # batch of the same setting and stocks
    for setting, edge in dict.fromkeys((r.setting, r.edge) for r in results):
        base = first.setdefault(setting.rpartition(", ")[0], setting)
        draws = [draw for name, of, draw in lead if (name, of) == (setting, edge)]
        own, other = (np.array([lead[name, edge, draw] for draw in draws]) for name in (setting, base))
        share = own.mean() / other.mean()
        apart = own - share * other  # of a ratio of means: its error, to first order
        error = apart.std(ddof=1) / np.sqrt(len(draws)) / other.mean() if len(draws) > 1 else np.nan
        lines.append(f"| {setting} | {edge} | {len(draws)} | {100 * share:.1f} ± {100 * error:.1f} % |")
    return "\n".join(lines)


def main() -> None:
    """Train every setting on every edge and draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--settings", nargs="+", default=["plan", "desk", "bare"], choices=SETTINGS)
    parser.add_argument("--edges", nargs="+", default=list(EDGES), choices=EDGES)
    parser.add_argument("--draws", nargs="+", type=int, default=[0, 1, 2, 3])
    parser.add_argument("--stocks", nargs="+", type=int, default=[15])
    parser.add_argument("--rows", nargs="+", type=int, help="rows of a batch of a network that stocks share")
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--follow", nargs="+", default=list(get_args(Follow)), choices=get_args(Follow))
    parser.add_argument(
        "--validation-weeks",
        type=int,
        default=TrainingSettings().validation_weeks,
        help="validation weeks, at most a third of the training's; 0 has no conviction but the agents' own",
    )
    parser.add_argument("--jobs", type=int, default=1, help="trainings side by side, one thread each")
    parser.add_argument(
        "--results",
        type=Path,
        help="a file that keeps every draw's figures as JSON: what it has is not trained",
    )
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other agent settings")
    asked = parser.parse_args()
    results = _trained(list(_tasks(asked)), asked.jobs, asked.results)
    print(table(results, asked.follow))
    if asked.rows and asked.rows[1:]:
        print(shares(results))


def _trained(tasks: list[Task], jobs: int, file: Path | None) -> list[Result]:
    """Their results, those that the file has among them; it keeps the new ones."""
    reader = TypeAdapter(list[Result])
    kept = reader.validate_json(file.read_bytes()) if file and file.exists() else []
    known = {(r.setting, r.edge, r.draw, len(r.members)): r for r in kept}
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(run, task) for task in tasks if task.key not in known]
        for number, future in enumerate(running, 1):
            result = future.result()
            known[result.setting, result.edge, result.draw, len(result.members)] = result
            if file:
                file.write_text(json.dumps([dataclasses.asdict(result) for result in known.values()]))
            print(f"{number} of {len(running)}", end="\r", file=sys.stderr, flush=True)
    return [known[task.key] for task in tasks]


def _tasks(asked: argparse.Namespace) -> Iterator[Task]:
    """Every setting, number of stocks and batch on every edge and draw."""
    changes = dict(_change(text) for text in asked.set)
    for name, stocks, rows in itertools.product(asked.settings, asked.stocks, asked.rows or [None]):
        batch = {} if rows is None else {"batch_rows": rows}
        agent = dataclasses.replace(SETTINGS[name], **changes, **batch)
        said = [name, *([f"{stocks} stocks"] if stocks != 15 else []), *asked.set]
        if rows is not None:
            said.append(f"{rows} rows" if rows else f"{agent.batch_size} weeks")
        for edge, draw in itertools.product(asked.edges, asked.draws):
            yield Task(", ".join(said), agent, edge, draw, stocks, asked.members, asked.validation_weeks)


def _change(text: str) -> tuple[str, Any]:
    """NAME=VALUE of a setting; hidden_sizes=32 means (32, 32)."""
    name, value = text.split("=")
    parsed = ast.literal_eval(value)
    return name, (parsed, parsed) if name == "hidden_sizes" else parsed


if __name__ == "__main__":
    main()
