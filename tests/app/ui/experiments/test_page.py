"""Sweeps on their page: asked for, refused, finished, and one row on its way to a challenger."""

import dataclasses
import re

import pytest
from streamlit.testing.v1 import AppTest

from app.settings import CODE, Settings
from app.tasks.challenger import challenger_request
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest, check_sweep
from sac.errors import SettingsError
from sac.experiments import Sweep, TrialResults, read_plan, read_sweep, sweep_of
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
    [answer] = [each.value for each in page.markdown if each.value.startswith("###")]
    assert re.match(r"### (Best|No setting) of 8 (settings|beats)", answer)
    [settings] = (each.value for each in page.dataframe)
    assert len(settings) == 8
    assert {"Lead (pp)", "Spread (pp)", "Sharpe", "Max drawdown (%)", "Turnover (% a week)"} <= set(settings)
    assert "updates" not in settings, "what all share says nothing"
    assert [chart.proto.id.rsplit("-", 1)[-1] for chart in page.get("plotly_chart")] == ["dots"]


def test_behind_them_stand_every_trial_with_its_interval_and_the_map(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    page.session_state["trials"] = page.session_state["map"] = True
    page.run()
    assert not page.exception
    assert any("Decisions " in each.value and "net of costs" in each.value for each in page.caption)
    [trials] = (each.value for each in page.table)
    assert len(trials) == 8
    assert {"Lead", "Log growth ahead", "Sharpe", "Deflated Sharpe"} <= set(trials)
    assert "low" not in trials, "the interval is a bar"
    assert len(page.get("plotly_chart")) == 2


def test_the_page_counts_and_refuses_before_it_starts(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    assert any("27 trials" in each.value for each in page.caption)
    toml = next(each for each in page.text_area if each.key.startswith("toml-"))
    toml.set_value(toml.value.replace("action_scale", "gama")).run()
    assert any("gama" in each.value for each in page.caption)
    assert page.button(key="start").disabled


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("seeds", "500", "Seeds is `500`: enter a whole number from 1 to 50."),
        ("years", "0", "Evaluation years is `0`"),
        ("years", "15", "Evaluation years is 15: beside the two judged years"),
        ("processes", "10000", "Processes is `10000`"),
        ("processes", "", "Processes is empty"),
        ("sac_lstm-desk-action_scale-values", "500", "action_scale is 500, outside its range 0.1 to 20"),
        ("sac_lstm-desk-action_scale-values", "two", "Action scale values is `two`: type numbers"),
        ("sac_lstm-desk-init_alpha-values", " ", "Init alpha values is empty"),
        ("sac_lstm-desk-init_alpha-values", "nan", "Init alpha values is `nan`"),
        ("sac_lstm-desk-init_alpha-values", ",".join(["0.1"] * 60), "the limit is 500"),
    ],
)
def test_no_field_is_replaced_in_silence(swept, monkeypatch, key, value, reason):
    page = opened(swept, monkeypatch)
    page.text_input(key=key).set_value(value).run()
    assert page.text_input(key=key).value == value
    assert page.button(key="start").disabled
    assert any(reason in each.value for each in page.caption), [each.value for each in page.caption]


def test_fields_and_toml_give_the_same_sweep(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    page.multiselect(key="settings-sac_lstm-desk").set_value(["action_scale", "relative_reward"]).run()
    page.text_input(key="sac_lstm-desk-action_scale-values").set_value("2, 5.5").run()
    [text] = [each.value for each in page.text_area if each.key.startswith("toml-")]
    asked = read_sweep(text)
    assert asked.grid == {"action_scale": [2, 5.5], "relative_reward": [True, False]}
    assert (asked.seeds, asked.years, asked.preset) == ((0, 1, 2), 2, "desk")


def start(page, monkeypatch):
    """Press the button; what a queue in place of the true one was asked for."""
    asked = []

    class Queue:
        def submit(self, kind, subject, request, actor):
            asked.append(request.sweep)

        def list(self, **kinds):
            return []

    monkeypatch.setattr("app.queries.jobs.jobs", Queue)
    page.button(key="start").click().run()
    return asked


def test_the_text_counts_once_it_was_changed_and_the_fields_when_they_are(swept, monkeypatch):
    page = opened(swept, monkeypatch)
    toml = next(each for each in page.text_area if each.key.startswith("toml-"))
    toml.set_value(toml.value.replace("[0, 1, 2]", "[7]")).run()
    assert any(each.value.startswith("9 trials") for each in page.caption)
    page.text_input(key="seeds").set_value("2").run()
    assert any("18 trials" in each.value for each in page.caption)
    [sweep] = start(page, monkeypatch)
    assert sweep.seeds == (0, 1)


def test_the_new_sweep_is_the_one_that_is_shown(swept, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(swept.data))
    page = AppTest.from_file(CODE / "app" / "main.py", default_timeout=30).run()
    page.query_params["sweep"] = "a-sweep"
    page.switch_page("../pages/experiments.py").run()
    assert page.query_params["sweep"] in ("a-sweep", ["a-sweep"])
    start(page, monkeypatch)
    assert "sweep" not in page.query_params, "the newest is shown"


def test_a_challenger_is_asked_for_with_members_in_their_range(swept, monkeypatch):
    plan = read_plan(swept.sweeps, "a-sweep")
    monkeypatch.setenv("SAC_DESK_DATA", str(swept.data))
    for key, choice in zip(plan.keys, plan.choices, strict=True):
        page = AppTest.from_file(CODE / "app" / "main.py", default_timeout=30).run()
        page.query_params["trial"] = key
        page.switch_page("../pages/experiments.py").run()
        if choice["cost_rate"] == 0.001:
            break
        assert page.button(key="challenger").disabled, "it would be refused at the next click"
        assert any("traded at 20 bps" in each.value for each in page.caption)
    assert not page.button(key="challenger").disabled
    page.text_input(key="members").set_value("500").run()
    assert page.button(key="challenger").disabled
    assert any("Members is `500`" in each.value for each in page.caption)


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
    with pytest.raises(SettingsError, match=r"--ray is '10\.0\.0\.1': give HOST:PORT"):
        check_sweep(SWEEPS, SweepRequest(sweep=ASKED, ray="10.0.0.1"), swept)
