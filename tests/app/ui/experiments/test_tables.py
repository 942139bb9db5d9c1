"""What is shown of a sweep while it runs, and when trials failed."""

import dataclasses
import shutil

import numpy as np
import pytest

from app.queries.trials import finished_trials
from app.ui.experiments.dots import SHOWN, described, dots
from app.ui.experiments.setting_map import differing, setting_map
from app.ui.experiments.tables import leaderboard_table, setting_table, trial_grid
from sac.experiments import Row, TrialResults, by_setting, read_plan
from tests.support.small_sweeps import files


@pytest.fixture
def desk(finished_sweep, tmp_path, monkeypatch):
    """The finished sweep as that of the desk: its plan and the data root."""
    shutil.copytree(finished_sweep[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return read_plan(tmp_path / "sweeps", "job"), tmp_path


def test_the_grid_fills_as_trials_finish(desk):
    plan, _ = desk
    found = finished_trials(plan)
    assert len(found) == 24
    whole, begun = trial_grid(plan, found), trial_grid(plan, found[:1])
    assert list(whole.columns) == [*plan.sweep.varied, "Seed 0", "Seed 1", "Seed 2"]
    assert len(whole) == 8
    assert (begun[["Seed 0", "Seed 1", "Seed 2"]] == "…").to_numpy().sum() == 23
    assert whole["Seed 0"].str.endswith(" pp").all()


def test_a_trial_is_found_as_soon_as_it_is_there_and_read_once(desk, monkeypatch):
    plan, folder = desk
    path = folder / "sweeps" / "trials" / f"{plan.keys[0]}.json"
    whole = path.read_bytes()
    path.unlink()
    assert len(finished_trials(plan)) == 23
    path.write_bytes(whole)
    assert len(finished_trials(plan)) == 24
    monkeypatch.setattr(TrialResults, "get", lambda self, key: pytest.fail("it was read again"))
    assert len(finished_trials(plan)) == len(files(folder)) == 24


def test_a_problem_has_a_column_only_where_there_is_one(desk):
    plan, _ = desk
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    first, *others = finished_trials(plan)
    lost = dataclasses.replace(first, problem="Its agents diverged.", figures={}, net=(), equal=())
    fine = [Row(result, 0.5) for result in others]
    assert "Problem" not in leaderboard_table(fine, choices)
    table = leaderboard_table([*fine, Row(lost, np.nan)], choices)
    assert table["Problem"].iloc[-1] == "Its agents diverged."
    assert np.isnan(table["Lead"].iloc[-1])
    assert "failed" in trial_grid(plan, [lost, *others]).to_numpy()


def test_the_map_is_the_mean_over_all_else(desk):
    plan, _ = desk
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    rows = [Row(result, 0.5) for result in reversed(finished_trials(plan))]
    assert differing(rows, choices, plan.sweep.varied) == ["gamma", "init_alpha", "action_scale"]
    heat = setting_map(rows, choices, "action_scale", "gamma").figure.data[0]
    leads = [
        row.result.over_equal_weight * 100
        for row in rows
        if choices[row.result.key]["action_scale"] == 2 and choices[row.result.key]["gamma"] == 0.9
    ]
    assert len(leads) == 6
    assert (list(heat.x), list(heat.y)) == (["0.9", "0.99"], ["2", "5"])
    assert heat.z[0][0] == pytest.approx(np.mean(leads))


def settings_of(plan):
    rows = [Row(result, 0.5) for result in finished_trials(plan)]
    return by_setting(rows, dict(zip(plan.keys, plan.choices, strict=True)))


def test_a_row_is_a_setting_with_mean_and_spread_over_its_seeds(desk):
    plan, _ = desk
    settings, varied = settings_of(plan), ["gamma", "init_alpha", "action_scale"]
    table = setting_table(settings, varied)
    assert len(table) == 8
    assert list(table)[:4] == [*varied, "Seeds"]
    first = settings[0]
    assert table["Lead (pp)"][0] == pytest.approx(100 * np.mean(first.leads))
    assert table["Spread (pp)"][0] == pytest.approx(100 * np.std(first.leads, ddof=1))
    assert table["Turnover (% a week)"][0] == pytest.approx(100 * first.mean("eval_turnover"))
    assert "Failed" not in table


def test_every_seed_is_a_dot_and_their_mean_a_diamond(desk):
    plan, _ = desk
    settings, varied = settings_of(plan), ["gamma", "init_alpha", "action_scale"]
    chart = dots(settings, varied, "#2e86b8")
    seeds, means = chart.figure.data
    assert (len(seeds.x), len(means.x)) == (24, 8)
    rows = [" · ".join(str(setting.choices[name]) for name in varied) for setting in settings]
    assert list(means.y) == rows, "best first"
    own = [x for x, name in zip(seeds.x, seeds.y, strict=True) if name == means.y[0]]
    assert means.x[0] == pytest.approx(np.mean(own))
    assert seeds.marker.symbol != means.marker.symbol, "no colour alone"
    assert f"best first: {described(settings[0], varied)} " in chart.alt
    assert "tickformat" in chart.figure.layout.xaxis.to_plotly_json()
    many = [dataclasses.replace(settings[0], choices={"gamma": n / 100}) for n in range(SHOWN + 5)]
    assert len(dots(many, ["gamma"], "#2e86b8").figure.data[1].x) == SHOWN
