"""Data roots of earlier releases open, say what they said, and train again to the same versions.

`making` made each archive with the release that it is named after, and wrote down beside it what that release
said of it; what is compared here was never written by the code under test.
"""

import dataclasses
import json
import math
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from app.queries.trials import finished_trials
from app.tasks.challenger import challenger_request
from app.ui.compare.sections import SECTIONS as TABS
from app.ui.shared.labels import short_name
from sac import training
from sac.agents_record import agents_record
from sac.config import FineTuneSettings, preset_settings
from sac.experiments import read_plan
from sac.market import load_panel, loading
from sac.market.calendar import exchange_sessions
from sac.registry import Registry
from sac.registry.codecs import pack_json
from sac.registry.names import stored_name
from tests.data_roots.reading import AS_OF, PARTS, SECTIONS, command, leaves
from tests.support.desk_pages import opened, said
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent
RELEASES = [path.name.removesuffix(".tar.xz") for path in sorted(FOLDER.glob("*.tar.xz"))]
WEEKLY_NEWS = 4  # the engine since which a week's news is the mean of its days: other signals from one file


@pytest.fixture(scope="module", params=RELEASES)
def release(request, tmp_path_factory):
    """A release's data root, for reading only, and what it said of it."""
    folder = tmp_path_factory.mktemp(request.param)
    with tarfile.open(FOLDER / f"{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "data", json.loads((FOLDER / f"{request.param}.json").read_text())


@pytest.fixture
def data(release, tmp_path, monkeypatch):
    """A copy of it, as the desk's own."""
    root = shutil.copytree(release[0], tmp_path / "data")
    monkeypatch.setenv("SAC_DESK_DATA", str(root))
    return root


@pytest.fixture
def registry(data):
    return Registry(data / "models")


def flat(value, path=""):
    """Every plain value by its path."""
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        yield path, type(value).__name__, len(value)
        for name, part in parts:
            yield from flat(part, f"{path}/{name}")
    else:
        yield path, value, None


def differences(found, told):
    """Paths at which two values differ; numbers may by a millionth of theirs or by 1e-6."""
    ours, theirs = ({path: rest for path, *rest in flat(value)} for value in (found, told))
    changed = [
        path
        for path in ours.keys() & theirs.keys()
        if ours[path] != theirs[path] and not _close(ours[path][0], theirs[path][0])
    ]
    return sorted({*changed, *(ours.keys() ^ theirs.keys())})


def _close(one, other):
    if not (isinstance(one, float) and isinstance(other, float)):
        return False
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)


def test_there_is_a_release_to_open():
    assert RELEASES


def weekly_news(told):
    """Whether a release read a week's news as today."""
    engines = [
        int(one["engine"]) for shelf in told["versions"].values() for one in shelf["versions"].values()
    ]
    return max(engines) >= WEEKLY_NEWS


@pytest.mark.parametrize("section", SECTIONS)
def test_everything_reads_as_it_did(data, release, section):
    found = json.loads(json.dumps(SECTIONS[section]()))
    allowed = ["/fingerprint"] if section == "market" and not weekly_news(release[1]) else []
    if section == "versions":
        later = [found.pop(variant) for variant in found.keys() - release[1][section].keys()]
        assert not any(any(shelf.values()) for shelf in later), "a variant that the release did not know"
        for shelf in found.values():
            for version in shelf["versions"].values():
                for year in version["skill"]:  # figures that the release did not know
                    assert [year.pop(name) for name in ("persistence", "net_lead")] == [None, None]
    assert differences(found, release[1][section]) == allowed


def test_reading_alone_leaves_every_file_as_it_was(data, release):
    for read in SECTIONS.values():
        read()
    names = {path.relative_to(release[0]) for path in release[0].rglob("*") if path.is_file()}
    kept = [name for name in names if name.suffix != ".sqlite3"]
    assert [name for name in kept if (data / name).read_bytes() != (release[0] / name).read_bytes()] == []


def stored_versions(registry):
    return [version for variant in ("sac_lstm", "ppo_lstm") for version in registry.versions(variant)]


FORECAST_OF_THEN = {
    **{"months": 0, "target": "return", "members": 1, "half_life": 0, "seen": "forecast"},
    "epoch_examples": 0,
}


def test_settings_are_written_with_the_names_that_they_were_stored_under(registry):
    """What came later stands beside them, at the value that means what they meant."""
    for version in stored_versions(registry):
        stored = json.loads((version.path / "config.json").read_bytes())
        stored["forecast"] = FORECAST_OF_THEN | stored["forecast"]
        later = {"batch_rows": 0} | ({"alpha_stocks": 0} if stored["agent"]["algorithm"] == "sac" else {})
        stored["agent"] = later | stored["agent"]
        assert json.loads(pack_json(version.settings)) == {"follow": "conviction", "trials": 1} | stored


def test_a_version_is_still_called_what_its_settings_and_data_are(registry):
    for version in stored_versions(registry):
        settings = json.loads((version.path / "config.json").read_bytes())
        assert version.name == stored_name(version.metadata, version.symbols, settings)


def test_settings_of_a_stored_job_and_of_a_stored_trial_can_be_asked_for_again(data, release):
    """PPO's `walks` among them: a request is stored as it was asked."""
    for job in release[1]["jobs"]:
        if job["kind"] == "full":
            preset_settings(job["subject"], **job["request"])
    for name in release[1]["sweeps"]:
        plan, panel = read_plan(data / "sweeps", name), load_panel(data)
        if not weekly_news(release[1]):
            of_then = dataclasses.replace(panel.provenance, sha256=release[1]["market"]["fingerprint"])
            panel = dataclasses.replace(panel, provenance=of_then)
        trials = finished_trials(plan)
        assert len(trials) == len(plan.keys)
        for trial, choices in zip(trials, plan.choices, strict=True):
            request = challenger_request(plan.sweep, choices, trial, panel, members=2, trials=len(trials))
            asked = request.settings(plan.sweep.variant)
            assert asked.agent == trial.settings.agent


def text(at):
    """Everything that a page says, its tables too."""
    return "\n".join([said(at), *(frame.value.to_string() for frame in at.dataframe)])


def test_overview_shows_every_champion(data, release):
    champions = [shelf["champion"] for shelf in release[1]["versions"].values() if shelf["champion"]]
    shown = text(opened("overview"))
    assert champions
    assert [name for name in champions if name not in shown] == []


def test_training_shows_every_job_that_trained(data, release):
    told = [job for job in release[1]["jobs"] if job["kind"] in ("full", "finetune")]
    [history] = [frame.value for frame in opened("training").dataframe]
    assert history["Status"].tolist() == [job["status"] for job in told]
    assert history["Version"].tolist() == [(job["result"] or {}).get("version") or "" for job in told]


def test_experiments_shows_the_leaderboard_of_every_sweep(data, release):
    for name, sweep in release[1]["sweeps"].items():
        at = opened("experiments", sweep=name)
        [settings] = [frame.value for frame in at.dataframe]
        at.session_state["trials"] = True
        [board] = [table.value for table in at.run().table]
        leads = [row["lead"] for row in sweep["rows"]]
        np.testing.assert_allclose(board["Lead"], leads)
        assert settings["Seeds"].sum() == np.isfinite(leads).sum()


def test_promotion_shows_every_challenger_and_the_whole_history(data, release):
    shown = text(opened("promotion", all="true"))
    for name, shelf in release[1]["versions"].items():
        assert [each for each in shelf["versions"] if each not in shown] == [], name
    assert [row["reason"] for row in release[1]["decisions"]["decisions"] if row["reason"] not in shown] == []


@pytest.mark.parametrize("variant", ["sac_lstm", "ppo_lstm"])
def test_weights_shows_a_past_week_from_the_record(data, release, variant):
    at = opened("weights", variant=variant, date=AS_OF)
    assert release[1]["versions"][variant]["champion"] in said(at)
    assert "From the record" in said(at)
    assert not at.error


@pytest.mark.parametrize("variant", ["sac_lstm", "ppo_lstm"])
def test_weights_asks_that_champion_for_the_saved_holdings(data, release, variant, monkeypatch):
    monkeypatch.setattr("sac.inference.weeks_behind", lambda *dates: 0)  # its prices end years ago
    at = opened("weights", variant=variant)
    assert release[1]["versions"][variant]["champion"] in said(at)
    assert {row["symbol"] for row in release[1]["holdings"]["positions"]} <= set(text(at).split())


def test_data_shows_what_is_known(data, release):
    assert release[1]["market"]["window"][1] in said(opened("data"))


def test_versions_are_compared_with_each_other_and_with_an_external_strategy(data, release):
    external = list(release[1]["external"])
    at = opened("compare", strategy=[*release[1]["versions"]["sac_lstm"]["versions"], *external])
    for section in TABS:
        at.session_state["view"] = section.title
        at.run()
        assert not at.exception, section.title
        assert not at.error, section.title
    assert all(name in said(at) for name in external)


def news_of_then(scored, symbols, decisions):
    """News as engines up to 3 read them: the last score known at a decision, NaN once 6 sessions old."""
    values = np.full((len(decisions), len(symbols)), np.nan)
    sessions = exchange_sessions(decisions[0] - 30, decisions[-1] + 30)
    now = np.searchsorted(sessions, decisions)
    for column, symbol in enumerate(symbols):
        own = scored[scored["symbol"] == symbol]
        known = np.searchsorted(sessions, own["date"].to_numpy().astype("datetime64[D]"), side="right")
        latest = (np.searchsorted(known, now, side="right") - 1).clip(0)
        fresh = (known[latest] <= now) & (now - known[latest] <= 5)
        values[fresh, column] = own["score"].to_numpy()[latest[fresh]]
    return values


def test_every_version_has_the_record_of_its_agents_own(data, release, monkeypatch):
    """Those that did not store it are run again from their folds, on the data that they were trained on."""
    if not weekly_news(release[1]):
        monkeypatch.setattr(loading, "sentiment_signal", news_of_then)
    at = opened("compare", strategy=all_versions(release), record="Agents' own")
    assert not at.error
    assert not [remark.value for remark in at.warning if "own record" in remark.value]
    assert "**Agents' own**, out of sample" in said(at)
    lacking = [version for version in stored_versions(Registry(data / "models")) if version.agents() is None]
    kept = data / "cache" / "agents"
    assert len(list(kept.iterdir()) if kept.exists() else []) == len(lacking)


def test_who_cannot_be_run_again_on_the_data_of_now_is_named(data, release):
    stored = stored_versions(Registry(data / "models"))
    lacking = [] if weekly_news(release[1]) else [v for v in stored if v.agents() is None]
    at = opened("compare", strategy=all_versions(release), record="Agents' own")
    left_out = [remark.value for remark in at.warning if "own record" in remark.value]
    assert [text.split(" is left out")[0] for text in left_out] == [short_name(v) for v in lacking]
    assert "**Agents' own**, out of sample" in said(at)


def all_versions(release):
    return [name for shelf in release[1]["versions"].values() for name in shelf["versions"]]


def trained_again(version, data, folder):
    """A version trained once more from its settings and the data root's prices, in an empty registry."""
    registry, panel = Registry(folder / "models"), load_panel(data)
    if version.metadata.kind == "full":
        settings = version.settings
        return training.full(version.variant, panel, settings, registry, folder / "cache").version
    parent = version.metadata.parent
    shutil.copytree(version.path.with_name(parent), registry.root / version.variant / parent)
    registry.set_current(version.variant, parent)
    agent = version.settings.agent
    tuning = FineTuneSettings(agent.updates)
    return training.finetune(version.variant, panel, registry, folder / "cache", tuning=tuning).version


def test_the_same_settings_and_seeds_give_the_same_agents(registry, data, release, tmp_path, monkeypatch):
    """The same settings, and numbers to 1e-5, for another processor rounds otherwise.

    What is traded of them may differ: engines up to 3 followed them all or not at all.
    """
    if not weekly_news(release[1]):
        monkeypatch.setattr(loading, "sentiment_signal", news_of_then)
    for number, old in enumerate(stored_versions(registry)):
        new = trained_again(old, data, tmp_path / str(number))
        assert (new.settings, new.symbols) == (old.settings, old.symbols)
        for part in PARTS:
            learned, stored = (version.tensors(part) for version in (new, old))
            if part == "forecaster":
                learned["settings"] = {name: learned["settings"][name] for name in stored["settings"]}
            for mine, theirs in zip(leaves(learned), leaves(stored), strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5, err_msg=part)
        again, before = new.agents(), agents_record(old, load_panel(data), tmp_path)
        np.testing.assert_allclose(again.weights, before.weights, atol=1e-5)
        np.testing.assert_allclose(again.net, before.net, atol=1e-7)


def test_commands_answer(data, release):
    told = release[1]["versions"]
    for shelf in command("versions"):
        expected = told.get(shelf["variant"], {"champion": None, "versions": {}})  # a later release's variant
        assert shelf["champion"] == expected["champion"]
        assert [version["version"] for version in shelf["versions"]] == list(expected["versions"])
    history = command("decisions")
    assert history["problems"] == []
    assert [row["hash"] for row in history["decisions"]] == [
        row["hash"] for row in release[1]["decisions"]["decisions"]
    ]


def test_an_upload_that_waited_is_delivered(data, release, monkeypatch):
    waiting = [item for item, row in release[1]["hub"]["outbox"].items() if row["state"] == "queued"]
    assert waiting
    with LoopbackHub() as server:
        for name, value in {
            "HF_SAC_LSTM_MODEL_REPO": REPO,
            "HF_TOKEN": TOKEN,
            "HF_ENDPOINT": server.url,
        }.items():
            monkeypatch.setenv(name, value)
        for item in waiting:
            command("hub", "push", "sac_lstm", item)
        assert set(server.repositories[REPO].tags) == set(waiting)
    states = {row["version"]: row["state"] for row in command("hub", "status")[0]["versions"]}
    assert {states[item] for item in waiting} == {"sent"}
    assert "pulled" in states.values()
