"""Settings of a sweep: what their seeds share, and how far these lie apart."""

import dataclasses
import math

import numpy as np
import pytest

from sac.experiments import TrialResults, by_setting, leaderboard, read_plan
from sac.promotion import Ledger


@pytest.fixture
def board(finished_sweep):
    """Rows of a finished sweep, and what distinguishes its trials."""
    folder = finished_sweep[0]
    plan, results = read_plan(folder / "sweeps", "job"), TrialResults(folder / "sweeps" / "trials")
    rows = leaderboard([results.get(key) for key in plan.keys], Ledger(folder / "models"))
    return rows, dict(zip(plan.keys, plan.choices, strict=True))


def test_a_setting_is_all_its_seeds_best_mean_first(board):
    rows, choices = board
    settings = by_setting(rows, choices)
    assert (len(settings), [len(setting.rows) for setting in settings]) == (8, [3] * 8)
    leads = [setting.lead for setting in settings]
    assert leads == sorted(leads, reverse=True)
    first = settings[0]
    assert "seed" not in first.choices
    assert [row.result.settings.seed for row in first.rows] == [0, 1, 2]
    assert first.lead == pytest.approx(np.mean(first.leads))
    assert first.spread == pytest.approx(np.std(first.leads, ddof=1))
    sharpes = [row.result.figures["eval_sharpe"] for row in first.rows]
    assert first.mean("eval_sharpe") == pytest.approx(np.mean(sharpes))


def test_what_failed_with_every_seed_stands_last_and_has_no_figures(board):
    rows, choices = board
    lost = by_setting(rows, choices)[0].choices

    def struck(row):
        own = {name: value for name, value in choices[row.result.key].items() if name != "seed"}
        gone = dataclasses.replace(row.result, problem="It diverged.", figures={}, net=(), equal=())
        return dataclasses.replace(row, result=gone, deflated=math.nan) if own == lost else row

    *_, last = by_setting([struck(row) for row in rows], choices)
    assert (last.choices, last.rows, last.failed) == (lost, (), 3)
    assert all(map(math.isnan, (last.lead, last.spread, last.deflated, last.mean("eval_sharpe"))))


def test_one_seed_has_no_spread(board):
    rows, choices = board
    single = {key: own for key, own in choices.items() if own["seed"] == 0}
    [*settings] = by_setting(rows, single)
    assert len(settings) == 8
    assert all(math.isnan(setting.spread) for setting in settings)
