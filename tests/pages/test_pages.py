"""Every page in every state, over a real registry and real job records."""

import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from filelock import FileLock

from app.jobs.queue import Jobs
from app.jobs.store import JobStore
from app.queries import jobs, market, versions
from sac.config import PRESETS
from sac.market import MarketChoice, price_folder, write_choice
from sac.progress import Progress
from sac.promotion.deciding import settle
from sac.registry import Registry
from tests.support.desk_pages import ROOT, links, opened, said
from tests.support.small_trainings import CLOSES
from tests.support.small_versions import small_artifacts
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

PAGES = ("overview", "training", "compare", "promotion", "track", "experiments", "weights", "data")


def record(root, *, pid=None, error=None):
    """The record of a training: failed where there is an error, else running at 40 %."""
    store = JobStore(root.jobs)
    store.add("0123456789ab", "sac_lstm", "full", {"preset": "plan", "members": 2}, "Ada")
    store.claim("0123456789ab", pid or 0)
    store.start("0123456789ab")
    if error:
        store.finish("0123456789ab", "failed", error=error)
        return
    looks = {"validation": 0.02, "validation_low": -0.01, "validation_high": 0.04}
    for update, fraction in ((100, 0.3), (200, 0.4)):
        point = {"update": update, "actor_loss": -1.0, "critic_loss": 2.0, **looks}
        store.advance("0123456789ab", Progress("agents", fraction, f"Update {update}", 75.0, point))


@pytest.fixture
def process():
    """What stands in for a worker: it does nothing, and can be stopped."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as idle:
        yield idle
        idle.kill()


@pytest.fixture
def running(empty, process):
    """A training at work, as far as anybody can tell: its lock is held."""
    record(empty, pid=process.pid)
    with FileLock(empty.jobs / "0123456789ab.lock"):
        yield empty


def yesterday():
    return datetime.now(UTC).date() - timedelta(days=1)


def figures(at):
    return {metric.label: metric.value for metric in at.metric}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_without_a_model_and_says_date_and_source(empty, page):
    at = opened(page)
    assert not at.error
    assert "2022-12-23" in said(at)
    assert "sample" in said(at)


def test_the_empty_overview_offers_one_button(empty):
    at = opened("overview")
    assert [button.label for button in at.button] == ["Train the demo models"]
    assert "on the embedded sample" in said(at)


def test_the_empty_overview_does_not_call_ones_own_data_a_sample(empty, own_desk):
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("models"))
    at = opened("overview")
    assert [button.label for button in at.button] == ["Train these models"]
    assert "on your data" in said(at)


@pytest.mark.parametrize("page", ["overview", "compare", "weights"])
def test_results_stand_beside_version_source_and_survivors(filled, page):
    at = opened(page)
    champion = Registry(filled.models).current("sac_lstm")
    assert not at.error
    assert champion in said(at)
    assert "preset plan" in said(at)
    assert "survivors" in said(at)


def test_overview_shows_the_champion_against_equal_weight(filled):
    champion = Registry(filled.models).champion("sac_lstm").metadata
    at = opened("overview")
    table = at.table[0].value
    assert table["CAGR, net"]["SAC + LSTM"] == pytest.approx(champion.metrics["eval_cagr"])
    assert table["CAGR, net"]["Equal weight"] == pytest.approx(
        champion.baselines["Equal weight"]["eval_cagr"]
    )
    assert table["Status"]["SAC + LSTM"] == "1 challenger"
    assert "One challenger waits. Demo data to 2022-12-23, not for trading." in said(at)
    assert links(at) >= {"Review the challenger", "Train SAC + PatchTST and PPO + LSTM"}
    assert at.get("plotly_chart")


def test_pages_say_that_two_are_the_same_in_every_week(empty):
    registry = Registry(empty.models)
    for seed in (0, 1):
        settle(registry, registry.save(small_artifacts(seed)), "manual")
    assert opened("overview").table[0].value["Verdict"]["SAC + LSTM"] == "= same"
    assert "Same as the champion in every week." in said(opened("promotion"))
    assert "is the same as equal weight in every week." in said(opened("compare"))


def test_overview_says_how_sure_the_lead_of_a_champion_is(empty, own_desk):
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    assert opened("overview").table[0].value["Verdict"]["SAC + LSTM"][0] in "▲▼○"


def test_a_new_version_shows_without_a_restart(filled):
    at = opened("compare")
    at.session_state["all"] = True
    before = len(at.run().dataframe[0].value)
    newest = next(path for path in (filled.models / "sac_lstm").iterdir() if path.is_dir())
    shutil.rmtree(newest)
    at.run()
    assert len(at.dataframe[0].value if at.dataframe else []) == before - 1


def test_running_job_is_watched_and_blocks_its_variant(running):
    at = opened("training")
    assert at.button(key="start").disabled
    assert "already training (started by Ada" in said(at)
    assert at.progress[0].value == 40
    assert figures(at)["Time left"] == "1 min 15 s"
    assert "+2.0 pp a year over equal weight on the validation weeks after 200 updates" in said(at)
    assert len(at.get("echarts_chart")) == 1, "losses are behind a fold"
    assert "time left 1 min 15 s" in opened("overview").progress[0].text


def test_cancelling_asks_first_and_then_stops_the_process(running, process):
    at = opened("training")
    assert Jobs(running).get("0123456789ab").status == "running"
    assert "lost" in said(at)
    at.button(key="cancel-0123456789ab").click().run()
    assert Jobs(running).get("0123456789ab").status == "cancelling"
    assert process.wait(timeout=5) < 0


def test_failed_job_is_shown_on_overview_and_explained_on_training(empty):
    record(empty, error="The disk is full. Free some space and start again.")
    assert "The disk is full" in said(opened("overview"))
    at = opened("training", job="0123456789ab")
    assert at.dataframe[0].value["Status"].tolist() == ["failed"]
    assert "The disk is full" in said(at)
    assert not at.button(key="start").disabled
    assert "The link names `nope`, which is not here." in said(opened("training", job="nope"))


@pytest.mark.parametrize("page", ["overview", "compare", "weights"])
def test_damaged_version_is_named_and_left_out(filled, page):
    champion = Registry(filled.models).current("sac_lstm")
    actor = filled.models / "sac_lstm" / champion / "actor.pt"
    actor.write_bytes(actor.read_bytes()[:-10])
    at = opened(page)
    assert champion in at.error[0].value
    assert "actor.pt" in at.error[0].value
    assert not [warning for warning in at.warning if champion in warning.value], "once is enough"


def test_weights_follow_the_champion_unless_the_link_names_another_version(filled):
    registry = Registry(filled.models)
    champion = registry.current("sac_lstm")
    assert champion in said(opened("weights", variant="sac_lstm"))
    [other] = [v.name for v in registry.versions("sac_lstm") if v.name != champion]
    at = opened("weights", variant="sac_lstm", version=other)
    assert "not approved for trading" in at.warning[0].value
    assert other in said(at)
    at = opened("weights", variant="../x", version="../y", date="tomorrow")
    for name, instead in (("../x", "SAC + LSTM"), ("../y", "Champion"), ("tomorrow", "2022-12-23 (newest)")):
        assert f"The link names `{name}`, which is not here" in said(at)
        assert f"Shown instead: {instead}." in said(at)


def test_start_begins_a_training_and_a_second_one_is_refused(empty):
    at = opened("training")
    late = opened("training")  # another browser, drawn before the first one starts
    for name, value in (("members", 1), ("updates", 1), ("evaluation_years", 1)):
        at.text_input(key=f"sac_lstm-desk-{name}").set_value(str(value))
    at.button(key="start").click().run()
    assert not at.error
    assert at.button(key="start").disabled
    [job] = jobs.jobs().list()
    try:
        assert job.request == {
            **{"preset": "desk", "members": 1, "updates": 1, "evaluation_years": 1, "seed": 0},
            **{"follow": "conviction", "trials": 1},
        }
        late.button(key="start").click().run()
        assert len(jobs.jobs().list()) == 1
        assert "is already training (started by " in said(late)
        at.button(key=f"cancel-{job.id}").click().run()
        assert jobs.jobs().get(job.id).status in ("cancelling", "cancelled")
    finally:
        jobs.jobs().cancel(job.id)
        deadline = time.monotonic() + 15
        # Until the process is gone too: an open one would be complained about in some later test.
        while jobs.jobs().get(job.id).active or jobs.jobs()._children:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert jobs.jobs().get(job.id).status == "cancelled"


def test_what_training_offers_is_every_preset_and_the_choice_stands_in_the_link(empty):
    at = opened("training", variant="ppo_lstm", preset="plan")
    preset = at.selectbox(key="linked-preset")
    assert sorted(text.partition(":")[0] for text in preset.options) == sorted(PRESETS)
    assert at.text_input(key="ppo_lstm-plan-updates").value == str(PRESETS["plan"]["ppo"].updates)
    preset.set_value("desk").run()
    at.selectbox(key="linked-variant").set_value("sac_patchtst").run()
    assert at.query_params["variant"] == "sac_patchtst"
    assert "preset" not in at.query_params  # the default needs no place in the link


def test_what_was_entered_for_a_training_survives_a_reload(empty):
    fields = {"sac_lstm-desk-members": "2", "sac_lstm-desk-seed": "7", "sac_lstm-desk-updates": "-1"}
    at = opened("training", **fields)
    assert {name: at.text_input(key=name).value for name in fields} == fields
    assert at.button(key="start").disabled, "nonsense is neither left out nor started"
    assert "Updates is `-1`: enter a whole number" in said(at)


def test_fine_tuning_names_the_champion_that_it_starts_from(filled):
    at = opened("training")
    [champion] = [s.champion for s in versions.shelves().values() if s.champion]
    assert champion.name.split("-", 3)[3][:6] in at.selectbox(key="champion").options[0]
    assert not at.button(key="finetune").disabled


def test_without_a_champion_fine_tuning_says_what_comes_first(empty):
    assert "a full training comes first" in said(opened("training"))


VISITS = """
import sys
import app.ui.compare.report, app.ui.weights.tables, app.ui.weights.week
from app.ui.compare.sections import SECTIONS
from streamlit.testing.v1 import AppTest

at = AppTest.from_file("app/main.py", default_timeout=60)
for page in sys.argv[1:]:
    at.switch_page(f"../pages/{page}.py").run()
    assert not at.exception, page
for section in SECTIONS:
    at.switch_page("../pages/compare.py")
    at.query_params["view"] = section.title
    at.run()
    assert not at.exception, section.title
print("torch" in sys.modules)
"""


def test_only_pages_that_ask_a_model_load_torch(filled):
    pages = [page for page in PAGES if page not in ("weights", "promotion")]  # what a challenger would trade
    visited = subprocess.run(
        [sys.executable, "-c", VISITS, *pages], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert visited.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("page", ["overview", "training", "weights", "data"])
def test_a_missing_sample_is_said_without_a_stack_trace(filled, page, monkeypatch, tmp_path):
    monkeypatch.setattr("sac.market.prices.sample.sample_path", lambda: tmp_path / "gone.csv.gz")
    market._panel.clear()
    market._survey.clear()
    try:
        at = opened(page)
        assert any("The market sample is missing" in error.value for error in at.error)
        assert not at.exception
    finally:
        market._panel.clear()
        market._survey.clear()


@pytest.mark.parametrize("symbols", [tuple(reversed(CLOSES.columns)), tuple(CLOSES.columns[:4])])
def test_overview_says_that_champions_have_another_universe_and_promises_no_trades(empty, own_desk, symbols):
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    assert "Train SAC + LSTM on the new universe" not in links(opened("overview"))
    write_choice(empty.data, MarketChoice("files", symbols, CLOSES.index[0].date()))
    write_prices(price_folder(empty.data), random_closes(6, "2013-01-02", str(yesterday())))
    at = opened("overview")
    assert "Train SAC + LSTM on the new universe" in links(at)
    assert not any("trades" in label for label in links(at))
    assert any("was trained on" in error.value for error in opened("weights").error)
    write_choice(empty.data, MarketChoice("files", tuple(CLOSES.columns), CLOSES.index[0].date()))
    assert any("Review the trades of" in label for label in links(opened("overview")))


def test_an_unknown_signal_is_said_to_be_unknown(empty):
    page = opened("data")
    page.selectbox(key="field").set_value("news_sentiment").run()
    assert any("n/a" in info.value for info in page.info)


def test_other_pages_lead_to_the_data_page_when_data_cannot_be_used(empty):
    (empty.data / "market.toml").write_text('source = "files"\n')
    page = opened("overview")
    assert "AAPL has no prices" in page.error[0].value
    assert not page.exception
