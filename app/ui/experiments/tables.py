"""A sweep in tables: its trials as they finish, and their honest order."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.formats import points
from sac.experiments import Plan, Row, TrialResult
from sac.text import plain

__all__ = ["leaderboard_table", "trial_grid"]

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


def leaderboard_table(rows: Sequence[Row], choices: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One line per trial, in the order of `rows`."""
    table = pd.DataFrame(
        {
            **{name: str(value) for name, value in choices[row.result.key].items()},
            "Lead (pp)": row.result.over_equal_weight * 100,
            "95 % low (pp)": row.result.figures.get("edge_low", math.nan) * 100,
            "95 % high (pp)": row.result.figures.get("edge_high", math.nan) * 100,
            "Deflated Sharpe (%)": row.deflated * 100,
            "Problem": row.result.problem or "",
        }
        for row in rows
    )
    return table if table["Problem"].any() else table.drop(columns="Problem")
