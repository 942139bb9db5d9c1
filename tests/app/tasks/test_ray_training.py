"""Trainings as jobs whose work a Ray cluster of two workers does, from a process that cannot import torch."""

import os
import shutil
import signal
import time

import pytest

from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.training import FINETUNE, FULL, FineTuning, FullRequest
from sac import training
from sac.config import FineTuneSettings
from sac.errors import SettingsError
from sac.market import load_panel
from sac.registry import folder
from tests.support.quick_jobs import follow
from tests.support.ray_clusters import SECONDS, started, until
from tests.support.small_sweeps import keep_market
from tests.support.torchless_worker import WORKER

pytest.importorskip("ray", reason="Ray is not installed: .venv/bin/pip install -e '.[ray]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning"),
]

ASKED = FullRequest(members=1, evaluation_years=1, updates=40)
ENDLESS = ASKED.model_copy(update={"updates": 500_000})
TUNING = FineTuning(updates=6)
THREE = ("sac_lstm", "ppo_lstm", "direct_lstm")
OWN_TIME = {"metadata.json", folder.MANIFEST}  # they say when the training was and how long it took


@pytest.fixture(scope="module")
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")  # else a token is written into the user's home
        with started(cpus=2) as cluster:
            yield cluster


@pytest.fixture
def away(cluster, tmp_path, monkeypatch):
    """A desk whose trainings run on the cluster, and its jobs."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("SAC_DESK_RAY", cluster.address)
    monkeypatch.setenv("SAC_DESK_CORES", "1")
    desk = Settings(tmp_path / "away")
    keep_market(desk.data)
    return desk, Jobs(desk, worker=WORKER)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The same three variants trained in this process, and the first one fine-tuned."""
    desk = Settings(tmp_path_factory.mktemp("home"))
    keep_market(desk.data)
    panel = load_panel(desk.data)
    for variant in THREE:
        training.full(variant, panel, ASKED.settings(variant), desk.registry, desk.cache)
    tuning = FineTuneSettings(updates=TUNING.updates)
    training.finetune(THREE[0], panel, desk.registry, desk.cache, tuning=tuning)
    return desk


def contents(desk, variant, name):
    version = desk.registry.version(variant, name)
    return {file: data for file, data in version.files().items() if file not in OWN_TIME}


def ended(jobs, job):
    return follow(jobs, job.id, seconds=2 * SECONDS)


def figures(desk, variant, name):
    record = desk.registry.version(variant, name).metadata
    return {**vars(record), "created_at": None, "seconds": None}


def test_three_variants_train_side_by_side_and_a_killed_worker_changes_nothing(cluster, away, home):
    desk, jobs = away
    started = [jobs.submit(FULL, variant, ASKED, "ada") for variant in THREE]
    until(lambda: any(jobs.get(job.id).stage == "agents" for job in started), 3 * SECONDS)
    os.kill(cluster.working("_task")[0], signal.SIGKILL)
    until(lambda: not any(jobs.get(job.id).active for job in started), 3 * SECONDS)
    for job, variant in zip(started, THREE, strict=True):
        job = jobs.get(job.id)
        assert job.status == "succeeded", jobs.log(job.id)
        name = job.result["version"]
        assert contents(desk, variant, name) == contents(home, variant, name)
        assert figures(desk, variant, name) == figures(home, variant, name)
        assert job.result["promoted"], "the first version of its variant"
        curve = jobs.curve(job.id)
        assert list(curve["update"]) == [*range(1, 41)] or len(curve) > 10
    forecasters = [{path.name for path in (one.cache / "forecasts").iterdir()} for one in (desk, home)]
    assert forecasters[0] == forecasters[1], "those that were fitted there are kept here"
    assert not cluster.working("_task")


def test_a_champion_is_fine_tuned_there(away, home):
    desk, jobs = away
    shutil.rmtree(desk.data)
    shutil.copytree(home.data, desk.data)
    tuned = next(v for v in home.registry.versions(THREE[0]) if v.metadata.kind == "finetune")
    shutil.rmtree(desk.registry.root / THREE[0] / tuned.name)
    job = ended(jobs, jobs.submit(FINETUNE, THREE[0], TUNING, "ada"))
    assert job.status == "succeeded", jobs.log(job.id)
    assert job.result["version"] == tuned.name
    assert contents(desk, THREE[0], tuned.name) == contents(home, THREE[0], tuned.name)
    assert desk.registry.version(THREE[0], tuned.name).metadata.parent == tuned.metadata.parent


def test_a_cancelled_training_stops_there_too(cluster, away):
    desk, jobs = away
    job = jobs.submit(FULL, "sac_lstm", ENDLESS, "ada")
    follow(jobs, job.id, lambda job: job.stage == "agents" or not job.active, SECONDS)
    assert cluster.working("_task")
    jobs.cancel(job.id)
    job = follow(jobs, job.id, seconds=SECONDS)
    assert job.status == "cancelled", jobs.log(job.id)
    assert "unexpectedly" not in jobs.log(job.id)
    until(lambda: not cluster.working("_task"))
    assert [trial.outcome for trial in desk.ledger.trials()] == ["cancelled"]
    assert desk.registry.versions("sac_lstm") == []


def test_a_worker_that_is_lost_twice_fails_the_training(cluster, away):
    desk, jobs = away
    job = jobs.submit(FULL, "sac_lstm", ENDLESS, "ada")
    killed = set()
    while (job := jobs.get(job.id)).active:
        for worker in cluster.working("_task"):
            killed.add(worker)
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.2)
    assert job.status == "failed"
    assert job.error == (
        "The worker that trained was lost 2 times, perhaps for want of memory. Nothing was saved: look at "
        "the cluster, then start the training again."
    )
    assert len(killed) == 2
    assert not cluster.working("_task")
    assert desk.registry.versions("sac_lstm") == []


def test_what_the_data_do_not_allow_is_refused_there_and_enters_no_ledger(away):
    desk, jobs = away
    job = ended(jobs, jobs.submit(FULL, "sac_lstm", ASKED.model_copy(update={"evaluation_years": 15}), "ada"))
    assert (job.status, desk.ledger.trials()) == ("failed", [])
    assert "15 evaluation years need" in job.error


def test_nobody_at_the_address_is_said_with_what_to_do(away, monkeypatch):
    desk, jobs = away
    monkeypatch.setenv("SAC_DESK_RAY", "127.0.0.1:1")
    job = ended(jobs, jobs.submit(FULL, "sac_lstm", ASKED, "ada"))
    assert (job.status, desk.ledger.trials()) == ("failed", [])
    assert "No Ray cluster answers at 127.0.0.1:1" in job.error
    assert "Start one with `ray start --head`" in job.error


@pytest.mark.parametrize("kind", [FULL, FINETUNE])
def test_what_can_be_no_address_starts_no_job(away, monkeypatch, kind):
    jobs = away[1]
    monkeypatch.setenv("SAC_DESK_RAY", "the cluster")
    with pytest.raises(SettingsError, match="SAC_DESK_RAY is 'the cluster': give HOST:PORT"):
        jobs.submit(kind, "sac_lstm", kind.request(), "ada")
    assert jobs.list() == []


def test_a_cluster_that_goes_away_is_said(away, monkeypatch):
    jobs = away[1]
    with started(cpus=1) as doomed:
        monkeypatch.setenv("SAC_DESK_RAY", doomed.address)
        job = jobs.submit(FULL, "sac_lstm", ENDLESS, "ada")
        follow(jobs, job.id, lambda job: job.stage == "forecasts" or not job.active, SECONDS)
        doomed.end()
        job = follow(jobs, job.id, seconds=SECONDS)
    assert job.status == "failed"
    assert f"The Ray cluster at {doomed.address} went away. Nothing was saved" in job.error
