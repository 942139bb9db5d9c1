"""The outbox: what is queued arrives when the Hub is there again, and nobody waits for it."""

import threading
import time

import pytest

from app.decisions.acting import decided, rolled_back
from app.hub import outbox
from app.hub.outbox import enqueue_champion, enqueue_version, resume
from app.hub.parcels import CHAMPION, LONGEST_WAIT, HubStore
from app.hub.pulling import pulled_as, run_pull
from app.hub.repository import remote_of, where
from app.hub.sending import OUTBOX, deliver, run_send
from app.hub.status import shared
from app.jobs.queue import Jobs
from app.jobs.record import Job
from app.jobs.store import JobStore
from app.settings import Settings
from app.tasks import training
from sac.errors import SettingsError
from sac.hub import repository
from sac.progress import unwatched
from sac.registry import Registry
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
    return run_send(None, home, unwatched)


def parcel(home, item):
    return HubStore(home.hub).get(REPO, VARIANT, item)


def test_a_version_and_then_the_news_of_its_reign_are_sent(home, hub_server, version, unstarted):
    enqueue_version(VARIANT, version.name)
    enqueue_champion(VARIANT)
    assert unstarted == [home, home]
    assert [row.state for row in shared(home, VARIANT).versions] == ["queued"]
    assert send(home) == {"sent": 2, "failed": 0}

    repo, stand = hub_server.repositories[REPO], shared(home, VARIANT)
    assert set(repo.tags) == {version.name}
    assert repo.history("main")[0] == f"Promote {version.name}"
    assert (stand.versions[0].state, stand.versions[0].commit) == ("sent", repo.tags[version.name])
    assert (stand.champion.state, stand.on_main) == ("sent", version.name)


def test_the_news_alone_takes_the_version_along(home, hub_server, version, unstarted):
    enqueue_champion(VARIANT)
    send(home)
    assert parcel(home, version.name).state == "sent"


def test_of_promotions_in_a_row_main_shows_the_last(home, hub_server, version, unstarted):
    registry = Registry(home.models)
    other = registry.save(small_artifacts(seed=1))
    for name in (other.name, version.name, other.name):
        registry.set_current(VARIANT, name)
        enqueue_champion(VARIANT)
    send(home)
    assert hub_server.repositories[REPO].history("main") == [f"Promote {other.name}", "initial commit"]


def test_a_rollback_while_main_is_being_moved_is_sent_too(home, hub_server, version, unstarted, monkeypatch):
    registry, store = Registry(home.models), HubStore(home.hub)
    other = registry.save(small_artifacts(seed=1))
    registry.set_current(VARIANT, other.name)
    enqueue_champion(VARIANT)
    old_wish = parcel(home, CHAMPION)
    registry.set_current(VARIANT, version.name)
    enqueue_champion(VARIANT)
    store.sent(old_wish, other.name, "0" * 40)
    assert parcel(home, CHAMPION).state == "queued"
    send(home)
    assert hub_server.repositories[REPO].history("main")[0] == f"Promote {version.name}"


def test_a_variant_that_is_not_shared_leaves_no_trace(sharing, unstarted):
    enqueue_version("ppo_lstm", "v2022-12-23-0123456789ab")
    enqueue_champion("ppo_lstm")
    assert unstarted == []
    assert not sharing.hub.exists()
    assert where("ppo_lstm", "v2022-12-23-0123456789ab") == {"hf_repo": None, "hf_url": None}


def test_what_was_sent_is_not_sent_again(home, hub_server, version, unstarted):
    enqueue_version(VARIANT, version.name)
    send(home)
    enqueue_version(VARIANT, version.name)
    assert HubStore(home.hub).next() is None


def test_a_training_leaves_its_version_and_a_first_champion_in_the_outbox(sharing, version, unstarted):
    told = training._shared(VARIANT, {"version": version.name, "promoted": True, "hf_repo": None})
    assert (told["hf_repo"], told["hf_url"]) == tuple(where(VARIANT, version.name).values())
    assert set(HubStore(sharing.hub).of(REPO, VARIANT)) == {version.name, CHAMPION}


def test_a_training_that_made_a_challenger_leaves_the_champion_alone(sharing, version, unstarted):
    training._shared(VARIANT, {"version": version.name, "promoted": False})
    assert set(HubStore(sharing.hub).of(REPO, VARIANT)) == {version.name}


def test_a_decision_and_a_rollback_are_told_and_a_rejection_is_not(sharing, version, unstarted):
    better = [
        Registry(sharing.models).save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.2), (2, 0.3))
    ]
    word = {"actor": "Ada", "reason": "why", "evidence": ""}
    decided(sharing, VARIANT, better[0].name, "reject", champion=version.name, **word)
    assert parcel(sharing, CHAMPION) is None
    decided(sharing, VARIANT, better[1].name, "approve", champion=version.name, **word)
    assert (parcel(sharing, CHAMPION).state, parcel(sharing, CHAMPION).asks) == ("queued", 1)
    rolled_back(sharing, VARIANT, actor="Ada", reason="why", champion=better[1].name, to=None)
    assert parcel(sharing, CHAMPION).asks == 2


def test_where_a_version_will_be(home, hub_server, version):
    assert where(VARIANT, version.name) == {
        "hf_repo": REPO,
        "hf_url": f"{hub_server.url}/{REPO}/tree/{version.name}",
    }


@pytest.mark.parametrize(
    ("repo", "reason"),
    [
        ("", "not shared: set HF_SAC_LSTM_MODEL_REPO to owner/name"),
        ("models", "write the repository as owner/"),
    ],
)
def test_a_setting_that_does_not_do_is_told(sharing, monkeypatch, repo, reason):
    monkeypatch.setenv("HF_SAC_LSTM_MODEL_REPO", repo)
    with pytest.raises(SettingsError, match=reason):
        remote_of(VARIANT)


def test_two_variants_cannot_share_a_repository(sharing, monkeypatch):
    monkeypatch.setenv("HF_PPO_LSTM_MODEL_REPO", REPO)
    with pytest.raises(SettingsError, match="HF_SAC_LSTM_MODEL_REPO and HF_PPO_LSTM_MODEL_REPO both name"):
        remote_of(VARIANT)


# --- what goes wrong


def test_a_busy_hub_is_tried_again_later_and_later(home, hub_server, version, unstarted):
    hub_server.trouble = [("GET", "/revision/", 500)] * 3
    enqueue_version(VARIANT, version.name)
    store = HubStore(home.hub)
    waits = [deliver(home, store, store.next()).due_at - time.time() for _ in range(3)]
    assert waits == pytest.approx([30, 60, 120], abs=2)
    row = shared(home, VARIANT).versions[0]
    assert (row.state, row.reason) == ("queued", f"{hub_server.url} answered with status 500.")
    assert row.next_try is not None
    assert deliver(home, store, store.next()).state == "sent"


def test_waits_have_an_end(home, version):
    store = HubStore(home.hub)
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
def test_what_waiting_does_not_mend_waits_for_a_person(
    home, hub_server, version, unstarted, monkeypatch, variable, value, reason
):
    enqueue_version(VARIANT, version.name)
    with monkeypatch.context() as patch:
        patch.setenv(variable, value)
        assert send(home) == {"sent": 0, "failed": 1}
    assert reason in parcel(home, version.name).reason
    enqueue_version(VARIANT, version.name)  # asked again
    assert send(home) == {"sent": 1, "failed": 0}
    assert parcel(home, version.name).reason is None


def test_one_parcels_bad_luck_does_not_hold_up_the_others(home, hub_server, version, unstarted):
    other = Registry(home.models).save(small_artifacts(seed=1))
    (version.path / "actor.pt").write_bytes(b"damaged")
    for name in (version.name, other.name):
        enqueue_version(VARIANT, name)
    assert send(home) == {"sent": 1, "failed": 1}
    assert "actor.pt" in parcel(home, version.name).reason


def test_an_outbox_that_cannot_be_written_costs_no_training(home, version, monkeypatch, caplog):
    home.hub.parent.mkdir(parents=True, exist_ok=True)
    home.hub.write_text("a file where the folder should be")
    enqueue_version(VARIANT, version.name)
    assert f"{version.name} of sac_lstm could not be handed to the outbox" in caplog.text


def test_a_promotion_whose_process_died_before_it_told_is_told_at_the_next_start(
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
    assert send(home) == {"sent": 1, "failed": 0}
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
    request = {"variant": VARIANT, "version": None}
    seen = []
    job = Job(**dict.fromkeys(Job.__dataclass_fields__) | {"request": request})
    result = run_pull(job, other, seen.append)
    assert result == {
        "version": version.name,
        "commit": hub_server.repositories[REPO].branches["main"],
        "new": True,
    }
    assert seen[-1].message == "Fetching manifest.json"
    assert shared(other, VARIANT).versions[0].origin.repo == REPO
    assert shared(other, VARIANT).versions[0].state == "pulled"


def test_a_pull_that_cannot_start_is_refused_at_once(sharing, monkeypatch):
    jobs = Jobs(sharing)
    for variant, request, reason in (
        (pulled_as(VARIANT), {"variant": "nonsense"}, "needs a variant"),
        (VARIANT, {"variant": VARIANT}, "needs a variant"),
        (pulled_as(VARIANT), {"variant": VARIANT, "version": "../x"}, "not a valid version name"),
        (pulled_as("ppo_lstm"), {"variant": "ppo_lstm"}, "not shared"),
    ):
        with pytest.raises(Exception, match=reason):
            jobs.submit(variant, "pull", request, "ada")
    with pytest.raises(SettingsError, match="takes no settings"):
        jobs.submit(OUTBOX, "send", {"now": True}, "ada")
    assert JobStore(sharing.jobs).newest(5) == []


def test_many_wishes_at_once_lose_none(home, version):
    store, names = HubStore(home.hub), [f"v2022-12-23-{number:012x}" for number in range(40)]
    threads = [threading.Thread(target=store.ask, args=(REPO, VARIANT, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(store.of(REPO, VARIANT)) == set(names)
