"""Sweeps on their page: asked for, refused, finished, and one row on its way to a challenger."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from app.settings import CODE, Settings
from app.tasks.challenger import challenger_request
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest, check_sweep
from sac.errors import SettingsError
from sac.experiments import Sweep, TrialResults, read_plan, sweep_of
from sac.market import load_panel
from tests.support.small_sweeps import SMALL, keep_market

pytestmark = pytest.mark.slow

ASKED = sweep_of(
    {
        "variant": "sac_lstm",
        "years": 1,
        "grid": {"gamma": [0.9, 0.99], "action_scale": [2, 5], "cost_rate": [0.001, 0.002], **SMALL},
    }
)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A data root with a finished sweep."""
    root = Settings(tmp_path_factory.mktemp("desk"))
    keep_market(root.data)
    from app.jobs.store import JobStore

    store = JobStore(root.jobs)
    store.add("a-sweep", SWEEPS, SWEEP.name, SweepRequest(sweep=ASKED).plain(), "test")
    store.start("a-sweep")
    store.finish(
        "a-sweep", "succeeded", result=SWEEP.perform(store.get("a-sweep"), root, lambda progress: None)
    )
    return root


def opened(root, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(root.data))
    page = AppTest.from_file(CODE / "app" / "main.py", default_timeout=30).run()
    return page.switch_page("../pages/experiments.py").run()


def test_the_page_shows_the_leaderboard_and_says_where_it_was_judged(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    assert not page.exception
    assert "**8 of 8** trials finished" in [each.value for each in page.markdown]
    assert any("before the evaluation years" in each.value for each in page.caption)
    assert len(page.dataframe[0].value) == 8
    assert len(page.get("plotly_chart")) == 1


def test_the_page_counts_and_refuses_before_it_starts(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    assert any("18 trials; at most 500" in each.value for each in page.caption)
    page.text_area(key="grid").set_value("[grid]\ngama = [0.9]\n").run()
    assert any("gama" in each.value for each in page.error)


def test_a_challenger_is_a_training_with_the_trials_settings(swept):
    plan, panel = read_plan(swept.sweeps, "a-sweep"), load_panel(swept.data)
    results = TrialResults(swept.sweeps / "trials")
    trials = [(results.get(key), choices) for key, choices in zip(plan.keys, plan.choices, strict=True)]
    plain = next(trial for trial in trials if trial[1]["cost_rate"] == 0.001)
    request = challenger_request(plan.sweep, plain[1], plain[0], panel, 3, len(plan.keys))
    settings = request.settings("sac_lstm")
    assert (settings.trials, settings.follow) == (8, "agents")
    asked = dataclasses.replace(plan.sweep, follow="conviction")
    request = challenger_request(asked, plain[1], plain[0], panel, 3, 8)
    assert request.settings("sac_lstm").follow == "conviction"
    assert settings.agent == plain[0].settings.agent
    assert (settings.members, settings.evaluation_years, settings.preset) == (3, 1, "plan, changed")
    dear = next(trial for trial in trials if trial[1]["cost_rate"] == 0.002)
    with pytest.raises(SettingsError, match="traded at 20 bps"):
        challenger_request(plan.sweep, dear[1], dear[0], panel, 3, 8)
    with pytest.raises(SettingsError, match="other stocks or other data"):
        challenger_request(
            plan.sweep, plain[1], dataclasses.replace(plain[0], fingerprint="0" * 64), panel, 3, 8
        )


def test_a_sweep_that_cannot_start_is_refused_before_it_is_a_job(swept):
    with pytest.raises(SettingsError, match="no setting gama"):
        check_sweep(SWEEPS, SweepRequest(sweep=Sweep("sac_lstm", grid={"gama": [1]})), swept)
    for processes in (0, 10_000):
        with pytest.raises(SettingsError, match=f"processes is {processes}: this machine has 1 to"):
            check_sweep(SWEEPS, SweepRequest(sweep=ASKED, processes=processes), swept)
    with pytest.raises(SettingsError, match="not on both"):
        check_sweep(SWEEPS, SweepRequest(sweep=ASKED, processes=2, ray="local"), swept)
