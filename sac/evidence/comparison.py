"""Putting strategies side by side: the same weeks, the same start in cash, the same accounting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from sac.arrays import Floats, Rows
from sac.config import CASH, Constraints
from sac.evidence.metrics import metrics
from sac.evidence.significance import information_ratio, leads
from sac.portfolio import (
    Backtest,
    BuyAndHold,
    Cash,
    EqualWeight,
    account,
    all_cash,
    drift,
    equal_weights,
    log_lead,
)

__all__ = [
    "active_weights",
    "baselines",
    "blended",
    "calendar_months",
    "calendar_years",
    "common_weeks",
    "equal_weight",
    "figures",
    "followed_by",
    "on_weeks",
    "rerun",
    "rolling_excess",
    "weekly_returns",
    "weekly_weights",
]

Rule = Callable[[int, Floats], Floats | None]  # row and held weights (n+1,) -> targets; None is "no trade"


def common_weeks(results: Mapping[str, Backtest]) -> dict[str, Rows]:
    """Rows of each backtest whose weeks, fill to fill, all of them have; empty where they share none."""
    weeks = {name: list(zip(result.fills, result.ends, strict=True)) for name, result in results.items()}
    shared = reduce(set.intersection, (set(pairs) for pairs in weeks.values()))
    return {
        name: np.array([row for row, week in enumerate(pairs) if week in shared], dtype=np.intp)
        for name, pairs in weeks.items()
    }


def rerun(name: str, rule: Rule, recorded: Backtest, rows: Rows, constraints: Constraints) -> Backtest:
    """Run a rule over recorded weeks (rows), from all cash and net of costs.

    The record holds what a dollar in each asset became, so nothing else is needed: no panel, and no
    question whether today's data are still those of the record.
    """
    held, targets = all_cash(len(recorded.symbols)), []
    for row in rows:
        target = rule(int(row), held)
        targets.append(held if target is None else target)
        held = drift(targets[-1], recorded.growth[row])
    return _accounted(name, np.array(targets), recorded, rows, constraints)


def on_weeks(name: str, recorded: Backtest, rows: Rows, constraints: Constraints) -> Backtest:
    """A version's own weights over some of its recorded weeks; over all of them it is the record itself."""
    return _accounted(name, recorded.weights[rows], recorded, rows, constraints)


def _accounted(
    name: str, targets: Floats, recorded: Backtest, rows: Rows, constraints: Constraints
) -> Backtest:
    """Results of targets (W, n+1) over recorded weeks; all weeks at once, for a page waits for it."""
    growth = recorded.growth[rows]  # (W, n+1)
    cash = all_cash(len(recorded.symbols))
    held = np.vstack([cash, drift(targets[:-1], growth[:-1])])  # (W, n+1)
    weeks = account(held, targets, growth, constraints.cost_rate)
    return replace(
        recorded,
        name=name,
        decisions=recorded.decisions[rows],
        fills=recorded.fills[rows],
        ends=recorded.ends[rows],
        folds=recorded.folds[rows],
        weights=targets,
        growth=growth,
        turnover=weeks.turnover,
        gross=weeks.gross - 1.0,
        net=weeks.net - 1.0,
        members=_from_cash(recorded, rows),
        entries=recorded.entries[rows],
    )


def _from_cash(recorded: Backtest, rows: Rows) -> Floats:
    """The members' net returns over some weeks, the first of which they enter from all CASH."""
    members: Floats = recorded.members[rows].copy()
    members[:1] = recorded.entries[rows[:1]]
    return members


def blended(
    name: str, parts: Sequence[tuple[Backtest, Rows]], shares: Floats, constraints: Constraints
) -> Backtest:
    """A convex blend of records of the same stocks, from all CASH: nobody's members.

    parts: K records with their rows of the same W weeks. shares: (W, K), each week's sum to 1.
    """
    targets = sum(shares[:, [k]] * record.weights[rows] for k, (record, rows) in enumerate(parts))  # (W, n+1)
    recorded, rows = parts[0]
    return _accounted(name, np.asarray(targets), _unled(recorded), rows, constraints)


def baselines(
    recorded: Backtest, rows: Rows, constraints: Constraints, fitted: Sequence[Backtest] = ()
) -> list[Backtest]:
    """Every baseline over some of the recorded weeks, equal weight first.

    `fitted` are those that were stored with the record, on all of its weeks: their weights cannot be
    computed from it.
    """
    unled = _unled(recorded)
    stocks = len(recorded.symbols)

    def simple(rule: BuyAndHold | Cash) -> Backtest:
        return rerun(rule.name, lambda _, held: rule.target(stocks, held), unled, rows, constraints)

    return [
        equal_weight(recorded, rows, constraints),
        simple(BuyAndHold(constraints)),
        *(on_weeks(benchmark.name, benchmark, rows, constraints) for benchmark in fitted),
        simple(Cash()),
    ]


def followed_by(record: Backtest, later: Backtest) -> Backtest:
    """Two records of the same stocks one after the other; weeks in between may be missing."""
    per_week = ("decisions", "fills", "ends", "folds", "weights", "growth", "turnover", "gross", "net")
    rows: dict[str, Any] = {
        name: np.concatenate([getattr(record, name), getattr(later, name)]) for name in per_week
    }
    for name in ("members", "entries"):
        both = (getattr(record, name), getattr(later, name))
        known = both[0].shape[1] == both[1].shape[1]  # else members are nobody's over the whole
        rows[name] = np.concatenate(both) if known else np.empty((len(rows["net"]), 0))
    return replace(record, **rows)


def equal_weight(recorded: Backtest, rows: Rows, constraints: Constraints) -> Backtest:
    """Equal weight, without members, over some of the recorded weeks."""
    targets = np.tile(equal_weights(len(recorded.symbols), constraints), (len(rows), 1))
    return _accounted(EqualWeight.name, targets, _unled(recorded), rows, constraints)


def _unled(recorded: Backtest) -> Backtest:
    nobody = np.empty((len(recorded.net), 0))
    return replace(recorded, members=nobody, entries=nobody)


def figures(prefix: str, result: Backtest, constraints: Constraints) -> dict[str, float]:
    """Every figure of a backtest by its name in records and answers; what its weeks do not tell is left out.

    `{prefix}_cagr` and so on, and `{prefix}_information_ratio`: of the weekly return over equal weight's.
    """
    known = asdict(metrics(result, constraints))
    if result.symbols:  # an index has no equal weight
        equal = equal_weight(result, np.arange(len(result.net)), constraints)
        known["information_ratio"] = information_ratio(leads(result.net, equal.net))
    return {f"{prefix}_{name}": float(value) for name, value in known.items() if np.isfinite(value)}


def weekly_returns(results: Sequence[Backtest]) -> pd.DataFrame:
    """Net weekly returns (fractions), one column per strategy; the backtests share their weeks."""
    first = results[0]
    dates = {"decision": first.decisions, "traded_at_close": first.fills, "measured_at_close": first.ends}
    return pd.DataFrame({**dates, **{result.name: result.net for result in results}})


def weekly_weights(results: Sequence[Backtest]) -> pd.DataFrame:
    """Target weights (fractions): one row per strategy and week; an index has none."""
    return pd.concat(
        pd.DataFrame(result.weights, columns=[*result.symbols, CASH]).assign(
            strategy=result.name, traded_at_close=result.fills
        )
        for result in results
        if result.symbols
    ).set_index(["strategy", "traded_at_close"])


def rolling_excess(result: Backtest, reference: Backtest, weeks: int = 26) -> Floats:
    """How far a dollar got ahead of the benchmark's over the last so many weeks, (W - weeks + 1,), net."""
    lead = np.concatenate([[0.0], np.cumsum(log_lead(result, reference))])
    ahead: Floats = np.expm1(lead[weeks:] - lead[:-weeks])
    return ahead


def calendar_years(results: Sequence[Backtest]) -> pd.DataFrame:
    """Net return (fraction) of each strategy over the weeks that end in each year, and how many they are."""
    years = results[0].ends.astype("datetime64[Y]").astype(int) + 1970
    return pd.DataFrame(
        [
            {
                "Year": str(year),
                "Weeks": int((years == year).sum()),
                **{result.name: float(np.prod(1.0 + result.net[years == year]) - 1.0) for result in results},
            }
            for year in np.unique(years)
        ]
    )


def calendar_months(result: Backtest) -> pd.DataFrame:
    """Net return (fraction) over the weeks that end in each month: years (rows) by months 1 to 12 (columns).

    NaN where no week ends.
    """
    ends = pd.DatetimeIndex(result.ends)
    growth = pd.Series(np.log1p(result.net)).groupby([ends.year, ends.month]).sum()
    table = growth.unstack().apply(np.expm1).reindex(columns=range(1, 13))
    return table.rename_axis(index="Year", columns="Month")


def active_weights(result: Backtest, constraints: Constraints) -> pd.DataFrame:
    """Target weights over (positive) or under equal weight of the same stocks: fills by stocks and CASH."""
    active = result.weights - equal_weights(len(result.symbols), constraints)
    return pd.DataFrame(active, index=pd.DatetimeIndex(result.fills), columns=[*result.symbols, CASH])
