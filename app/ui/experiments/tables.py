"""A sweep in tables: its trials as they finish, its settings, and its trials in their honest order."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.formats import points
from sac.experiments import Plan, Row, Setting, TrialResult
from sac.text import plain

__all__ = ["leaderboard_table", "setting_table", "trial_grid"]

WAITING, NOTHING = "…", "failed"


def trial_grid(plan: Plan, finished: Sequence[TrialResult]) -> pd.DataFrame:
    """CAGR over equal weight of what is finished: a row per setting, a column per seed."""
    known = {result.key: result for result in finished}
    rows: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for key, choices in zip(plan.keys, plan.choices, strict=True):
        named = tuple((plain(name), plain(str(value))) for name, value in choices.items() if name != "seed")
        rows.setdefault(named, dict(named))[f"Seed {choices['seed']}"] = _lead(known.get(key))
    return pd.DataFrame(list(rows.values()))


def _lead(result: TrialResult | None) -> str:
    if result is None:
        return WAITING
    return NOTHING if result.problem else points(result.over_equal_weight)


def setting_table(settings: Sequence[Setting], varied: Sequence[str]) -> pd.DataFrame:
    """One line per setting, in the order given: what differs, mean and spread over its seeds."""
    table = pd.DataFrame(
        {
            **{name: str(value) for name, value in setting.choices.items() if name in varied},
            "Seeds": len(setting.rows),
            "Lead (pp)": setting.lead * 100,
            "Spread (pp)": setting.spread * 100,
            "Sharpe": setting.mean("eval_sharpe"),
            "Max drawdown (%)": setting.mean("eval_max_drawdown") * 100,
            "Turnover (% a week)": setting.mean("eval_turnover") * 100,
            "Deflated Sharpe (%)": setting.deflated * 100,
            "Failed": setting.failed,
        }
        for setting in settings
    )
    return table if table["Failed"].any() else table.drop(columns="Failed")


def leaderboard_table(rows: Sequence[Row], choices: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One line per trial, in the order of `rows`; figures are fractions, low and high the interval's ends."""
    table = pd.DataFrame(
        {
            **{name: plain(str(value)) for name, value in choices[row.result.key].items()},
            "Lead": row.result.over_equal_weight,
            "Log growth ahead": row.result.figures.get("edge", math.nan),
            "low": row.result.figures.get("edge_low", math.nan),
            "high": row.result.figures.get("edge_high", math.nan),
            "Sharpe": row.result.figures.get("eval_sharpe", math.nan),
            "Deflated Sharpe": row.deflated,
            "Problem": plain(row.result.problem or ""),
        }
        for row in rows
    )
    return table if table["Problem"].any() else table.drop(columns="Problem")
