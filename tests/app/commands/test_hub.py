"""`sac-desk hub`: a champion travels from one data root to another."""

import json

import pytest

from app import cli
from app.hub.repository import remote_of, where
from app.hub.uploads import UploadStore
from app.settings import Settings
from sac import training
from sac.hub import repository
from sac.market import sample_panel
from sac.registry import Registry
from tests.app.test_cli import TINY
from tests.support.loopback_hub import REPO, Repository
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def desk(capsys, monkeypatch, sharing):
    """Runs a command on a data root; exit code, stdout, stderr."""

    def run(*arguments, data=sharing.data):
        monkeypatch.setenv("SAC_DESK_DATA", str(data))
        code = cli.main(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def unstarted(monkeypatch):
    """Jobs that would send, counted instead of started."""
    started = []
    monkeypatch.setattr("app.commands.hub.start_sending", started.append)
    return started


@pytest.mark.slow
def test_a_champion_travels_to_another_desk_and_decides_the_same(desk, sharing, hub_server, tmp_path):
    """Push, promote, pull on an empty data root: byte-identical files, identical target weights."""
    registry = Registry(sharing.models)
    trained = training.full(VARIANT, sample_panel(), TINY, registry, sharing.cache).version
    assert registry.current(VARIANT) == trained.name
    _, mine, _ = desk("weights", VARIANT, "--json")

    code, out, _ = desk("hub", "push", VARIANT, "--json")
    pushed = json.loads(out)
    assert (code, pushed["version"], pushed["hf_repo"]) == (0, trained.name, REPO)
    assert pushed["commit"] == hub_server.repositories[REPO].branches["main"]
    assert trained.name in hub_server.repositories[REPO].tags

    other = tmp_path / "another desk"
    code, out, _ = desk("hub", "pull", VARIANT, "--json", data=other)
    assert (code, json.loads(out)) == (0, {"version": trained.name, "commit": pushed["commit"], "new": True})
    there = Registry(Settings(other).models)
    assert there.current(VARIANT) is None  # a challenger: a person promotes it
    arrived = there.version(VARIANT, trained.name)
    for path in trained.path.iterdir():
        assert (arrived.path / path.name).read_bytes() == path.read_bytes()

    there.set_current(VARIANT, trained.name)
    _, theirs, _ = desk("weights", VARIANT, "--json", data=other)
    assert json.loads(theirs)["target_weights"] == json.loads(mine)["target_weights"]

    _, out, _ = desk("hub", "status", data=other)
    assert f"{trained.name}: it came from there; pulled from {REPO} at {pushed['commit'][:8]}" in out


def test_a_version_is_pushed_and_pulled_by_name(desk, sharing, version, hub_server, tmp_path):
    code, out, _ = desk("hub", "push", VARIANT, version.name)
    assert code == 0
    assert out == f"{version.name} is on {REPO}: {hub_server.url}/{REPO}/tree/{version.name}\n"
    assert hub_server.repositories[REPO].history("main") == ["initial commit"]
    code, out, _ = desk("hub", "pull", VARIANT, version.name, data=tmp_path / "other")
    assert code == 0
    assert out.startswith(f"{version.name} is here as a challenger, from commit ")
    _, out, _ = desk("hub", "pull", VARIANT, version.name, data=tmp_path / "other")
    assert out == f"{version.name} was here already, byte for byte.\n"


def test_status_tells_what_was_sent_what_waits_and_what_failed(desk, sharing, version):
    waiting = Registry(sharing.models).save(small_artifacts(seed=1))
    failed = Registry(sharing.models).save(small_artifacts(seed=2))
    desk("hub", "push", VARIANT)
    store = UploadStore(sharing.hub)
    for saved in (waiting, failed):
        store.ask(REPO, VARIANT, saved.name)
    store.give_up(store.get(REPO, VARIANT, failed.name), "The token may not write.")

    _, out, _ = desk("hub", "status")
    assert f"sac_lstm: {REPO}\n  main, champion {version.name}: sent 20" in out
    assert f"  {waiting.name}: queued, next try 20" in out
    assert f"  {failed.name}: failed (The token may not write.)" in out
    assert "\nppo_lstm is not shared: set HF_PPO_LSTM_MODEL_REPO" in out

    _, out, _ = desk("hub", "status", "--json")
    shelf = next(row for row in json.loads(out) if row["variant"] == VARIANT)
    states = {row["version"]: row["state"] for row in shelf["versions"]}
    assert states == {version.name: "sent", waiting.name: "queued", failed.name: "failed"}
    assert (shelf["hf_repo"], shelf["on_main"], shelf["champion"]["state"]) == (REPO, version.name, "sent")


def test_what_cannot_be_pushed_now_stays_in_the_outbox(desk, sharing, version, hub_server, unstarted):
    hub_server.trouble = [("GET", "/revision/", 503)]
    code, _, err = desk("hub", "push", VARIANT, version.name)
    assert (code, unstarted) == (1, [sharing])
    assert err == (
        f"error: {hub_server.url} answered with status 503. It stays in the outbox and is tried again.\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("HF_TOKEN", "", "There is no token to send with"),
        ("HF_TOKEN", "hf_wrong", "The Hub does not accept the token"),
        ("HF_SAC_LSTM_MODEL_REPO", "", "sac_lstm is not shared: set HF_SAC_LSTM_MODEL_REPO"),
        ("HF_SAC_LSTM_MODEL_REPO", "somebody-else/models", "may not write to somebody-else/models"),
    ],
)
def test_a_push_that_waiting_does_not_fix_says_what_to_do(
    desk, version, monkeypatch, unstarted, variable, value, reason
):
    monkeypatch.setenv(variable, value)
    code, _, err = desk("hub", "push", VARIANT, version.name)
    assert (code, unstarted) == (1, [])
    assert err.startswith("error: ")
    assert reason in err


def test_a_pull_that_is_refused_installs_nothing(desk, version, hub_server, tmp_path):
    repository.make_champion(remote_of(VARIANT), version)
    repo = hub_server.repositories[REPO]
    repo.commit("main", {**repo.files("main"), "run_me.py": b"import os"}, "by a stranger")
    code, _, err = desk("hub", "pull", VARIANT, data=tmp_path / "other")
    assert code == 1
    assert "run_me.py does not belong to a version. Nothing was installed." in err
    assert Registry(tmp_path / "other" / "models").versions(VARIANT) == []


def test_names_that_are_not_here_are_refused_before_the_hub_is_asked(desk, sharing, hub_server):
    hub_server.repositories[REPO] = Repository()
    code, _, err = desk("hub", "push", VARIANT, "v2020-01-03-0123456789ab")
    assert (code, hub_server.asked) == (1, [])
    assert "There is no version v2020-01-03-0123456789ab" in err
    code, _, err = desk("hub", "push", VARIANT)
    assert "has no champion to send: promote a version first" in err
    assert where(VARIANT, "x")[0] == REPO
