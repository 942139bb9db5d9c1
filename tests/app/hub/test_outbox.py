"""The outbox: what is queued arrives when the Hub is there again, and nobody waits for it."""

import threading
import time

import pytest

from app.decisions.acting import decided, rolled_back
from app.hub import outbox
from app.hub.outbox import enqueue_champion, enqueue_version, resume
from app.hub.pulling import PULL, PullRequest, PullResult, pulled_as, run_pull
from app.hub.repository import remote_of, where
from app.hub.sending import SendResult, deliver, run_send
from app.hub.status import shared
from app.hub.uploads import CHAMPION, LONGEST_WAIT, UploadStore
from app.jobs.kind import NoSettings
from app.jobs.queue import Jobs
from app.jobs.store import JobStore
from app.settings import Settings
from app.tasks import training
from sac.errors import DeskError, SettingsError
from sac.hub import repository
from sac.progress import unwatched
from sac.promotion import Settlement, gate
from sac.registry import Registry
from sac.training import Outcome
from tests.support.loopback_hub import REPO
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def unstarted(monkeypatch):
    """Jobs that would send, counted instead of started."""
    started = []
    monkeypatch.setattr(outbox, "start_sending", started.append)
    return started


def send(home):
    """What the job does, in this process."""
    return run_send(None, NoSettings(), home, unwatched)


def task(home, item):
    return UploadStore(home.hub).get(REPO, VARIANT, item)


def test_a_version_and_then_the_news_that_it_is_champion_are_sent(home, hub_server, version, unstarted):
    enqueue_version(VARIANT, version.name)
    enqueue_champion(VARIANT)
    assert unstarted == [home, home]
    assert [row.state for row in shared(home, VARIANT).versions] == ["queued"]
    assert send(home) == SendResult(sent=2, failed=0)

    repo, stand = hub_server.repositories[REPO], shared(home, VARIANT)
    assert set(repo.tags) == {version.name}
    assert repo.history("main")[0] == f"Promote {version.name}"
    assert (stand.versions[0].state, stand.versions[0].commit) == ("sent", repo.tags[version.name])
    assert (stand.champion.state, stand.on_main) == ("sent", version.name)


def test_the_news_alone_takes_the_version_along(home, hub_server, version, unstarted):
    enqueue_champion(VARIANT)
    send(home)
    assert task(home, version.name).state == "sent"


def test_of_promotions_in_a_row_main_shows_the_last(home, hub_server, version, unstarted):
    registry = Registry(home.models)
    other = registry.save(small_artifacts(seed=1))
    for name in (other.name, version.name, other.name):
        registry.set_current(VARIANT, name)
        enqueue_champion(VARIANT)
    send(home)
    assert hub_server.repositories[REPO].history("main") == [f"Promote {other.name}", "initial commit"]


def test_a_rollback_while_main_is_being_moved_is_sent_too(home, hub_server, version, unstarted, monkeypatch):
    registry, store = Registry(home.models), UploadStore(home.hub)
    other = registry.save(small_artifacts(seed=1))
    registry.set_current(VARIANT, other.name)
    enqueue_champion(VARIANT)
    earlier = task(home, CHAMPION)
    registry.set_current(VARIANT, version.name)
    enqueue_champion(VARIANT)
    store.sent(earlier, other.name, "0" * 40)
    assert task(home, CHAMPION).state == "queued"
    send(home)
    assert hub_server.repositories[REPO].history("main")[0] == f"Promote {version.name}"


def test_a_variant_that_is_not_shared_leaves_no_trace(sharing, unstarted):
    enqueue_version("ppo_lstm", "v2022-12-23-0123456789ab")
    enqueue_champion("ppo_lstm")
    assert unstarted == []
    assert not sharing.hub.exists()
    assert where("ppo_lstm", "v2022-12-23-0123456789ab") == (None, None)


def test_what_was_sent_is_not_sent_again(home, hub_server, version, unstarted):
    enqueue_version(VARIANT, version.name)
    send(home)
    enqueue_version(VARIANT, version.name)
    assert UploadStore(home.hub).next() is None


def test_a_training_leaves_its_version_and_a_first_champion_in_the_outbox(sharing, version, unstarted):
    result = training._shared(Outcome(version, True, Settlement(True, None, gate(version, None))))
    assert (result.hf_repo, result.hf_url) == where(VARIANT, version.name)
    assert set(UploadStore(sharing.hub).of(REPO, VARIANT)) == {version.name, CHAMPION}


def test_a_training_that_made_a_challenger_leaves_the_champion_alone(sharing, version, unstarted):
    training._shared(Outcome(version, True, Settlement(False, None, gate(version, None))))
    assert set(UploadStore(sharing.hub).of(REPO, VARIANT)) == {version.name}


def test_a_decision_and_a_rollback_are_sent_and_a_rejection_is_not(sharing, version, unstarted):
    better = [
        Registry(sharing.models).save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.2), (2, 0.3))
    ]
    word = {"actor": "Ada", "reason": "why", "evidence": ""}
    decided(sharing, VARIANT, better[0].name, "reject", champion=version.name, **word)
    assert task(sharing, CHAMPION) is None
    decided(sharing, VARIANT, better[1].name, "approve", champion=version.name, **word)
    assert (task(sharing, CHAMPION).state, task(sharing, CHAMPION).asks) == ("queued", 1)
    rolled_back(sharing, VARIANT, actor="Ada", reason="why", champion=better[1].name, to=None)
    assert task(sharing, CHAMPION).asks == 2


def test_where_a_version_will_be(home, hub_server, version):
    assert where(VARIANT, version.name) == (REPO, f"{hub_server.url}/{REPO}/tree/{version.name}")


@pytest.mark.parametrize(
    ("repo", "reason"),
    [
        ("", "not shared: set HF_SAC_LSTM_MODEL_REPO to owner/name"),
        ("models", "write the repository as owner/"),
    ],
)
def test_a_setting_that_is_not_valid_is_refused(sharing, monkeypatch, repo, reason):
    monkeypatch.setenv("HF_SAC_LSTM_MODEL_REPO", repo)
    with pytest.raises(SettingsError, match=reason):
        remote_of(VARIANT)


@pytest.mark.parametrize("repo", [REPO, REPO.upper(), REPO.title()])
def test_two_variants_cannot_share_a_repository(sharing, monkeypatch, repo):
    """However it is spelled: on the Hub names ignore case."""
    monkeypatch.setenv("HF_PPO_LSTM_MODEL_REPO", repo)
    with pytest.raises(SettingsError, match="HF_SAC_LSTM_MODEL_REPO and HF_PPO_LSTM_MODEL_REPO both name"):
        remote_of(VARIANT)


# --- what goes wrong


def test_a_busy_hub_is_tried_again_later_and_later(home, hub_server, version, unstarted):
    hub_server.trouble = [("GET", "/revision/", 500)] * 3
    enqueue_version(VARIANT, version.name)
    store = UploadStore(home.hub)
    waits = [deliver(home, store, store.next()).due_at - time.time() for _ in range(3)]
    assert waits == pytest.approx([30, 60, 120], abs=2)
    row = shared(home, VARIANT).versions[0]
    assert (row.state, row.reason) == ("queued", f"{hub_server.url} answered with status 500.")
    assert row.next_try is not None
    assert deliver(home, store, store.next()).state == "sent"


def test_waits_have_an_end(home, version):
    store = UploadStore(home.hub)
    store.ask(REPO, VARIANT, version.name)
    for _ in range(20):
        store.put_off(store.next(), "down")
    assert store.next().due_at - time.time() <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("HF_TOKEN", "", "no token to send with"),
        ("HF_TOKEN", "hf_wrong", "does not accept the token"),
        ("HF_SAC_LSTM_MODEL_REPO", "", "is not shared"),
        ("HF_SAC_LSTM_MODEL_REPO", "desk/other", "is shared in desk/other by now"),
    ],
)
def test_what_waiting_does_not_fix_waits_for_a_person(
    home, hub_server, version, unstarted, monkeypatch, variable, value, reason
):
    enqueue_version(VARIANT, version.name)
    with monkeypatch.context() as patch:
        patch.setenv(variable, value)
        assert send(home) == SendResult(sent=0, failed=1)
    assert reason in task(home, version.name).reason
    enqueue_version(VARIANT, version.name)  # asked again
    assert send(home) == SendResult(sent=1, failed=0)
    assert task(home, version.name).reason is None


def test_one_tasks_bad_luck_does_not_hold_up_the_others(home, hub_server, version, unstarted):
    other = Registry(home.models).save(small_artifacts(seed=1))
    (version.path / "actor.pt").write_bytes(b"damaged")
    for name in (version.name, other.name):
        enqueue_version(VARIANT, name)
    assert send(home) == SendResult(sent=1, failed=1)
    assert "actor.pt" in task(home, version.name).reason


def test_an_outbox_that_cannot_be_written_costs_no_training(home, version, monkeypatch, caplog):
    home.hub.parent.mkdir(parents=True, exist_ok=True)
    home.hub.write_text("a file where the folder should be")
    enqueue_version(VARIANT, version.name)
    assert f"{version.name} of sac_lstm could not be handed to the outbox" in caplog.text


def test_a_promotion_whose_process_died_before_the_outbox_knew_is_sent_after_the_next_start(
    home, hub_server, version, unstarted
):
    enqueue_champion(VARIANT)
    send(home)
    other = Registry(home.models).save(small_artifacts(seed=1))
    Registry(home.models).set_current(VARIANT, other.name)
    assert shared(home, VARIANT).champion.state == "not sent"
    unstarted.clear()
    resume(home)
    assert unstarted == [home]
    assert send(home) == SendResult(sent=1, failed=0)
    assert hub_server.repositories[REPO].history("main")[0] == f"Promote {other.name}"


def test_a_start_with_nothing_to_send_starts_nothing(home, hub_server, version, unstarted):
    resume(home)
    enqueue_version(VARIANT, version.name)
    send(home)
    unstarted.clear()
    resume(home)
    assert unstarted == []


def test_a_pull_is_a_job_that_stands_beside_a_training(home, hub_server, version, tmp_path, monkeypatch):
    repository.make_champion(remote_of(VARIANT), version)
    other = Settings(tmp_path / "other")
    seen = []
    result = run_pull(None, PullRequest(variant=VARIANT), other, seen.append)
    commit = hub_server.repositories[REPO].branches["main"]
    assert result == PullResult(version=version.name, commit=commit, new=True)
    assert seen[-1].message == "Fetching manifest.json"
    assert shared(other, VARIANT).versions[0].origin.repo == REPO
    assert shared(other, VARIANT).versions[0].state == "pulled"


def test_a_pull_that_cannot_start_is_refused_at_once(sharing, monkeypatch):
    jobs = Jobs(sharing)
    for variant, name, reason in (
        ("nonsense", None, "no variant 'nonsense'"),
        (VARIANT, "../x", "valid version name"),
        ("ppo_lstm", None, "not shared"),
    ):
        with pytest.raises(DeskError, match=reason):
            jobs.submit(PULL, pulled_as(variant), PullRequest(variant=variant, version=name), "ada")
    assert JobStore(sharing.jobs).newest(5) == []


def test_many_tasks_at_once_lose_none(home, version):
    store, names = UploadStore(home.hub), [f"v2022-12-23-{number:012x}" for number in range(40)]
    threads = [threading.Thread(target=store.ask, args=(REPO, VARIANT, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(store.of(REPO, VARIANT)) == set(names)


def test_a_training_leaves_sending_to_who_knows_the_token(sharing, version, unstarted):
    training._shared(Outcome(version, True, Settlement(True, None, gate(version, None))))
    assert unstarted == []
    resume(sharing)  # as a server does every few seconds, and a command after the training that it followed
    assert unstarted == [sharing]
