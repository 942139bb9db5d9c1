"""The same sweep on a Ray cluster of two workers on this machine."""

import os
import signal
import time
from pathlib import Path

import pytest

from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from sac.errors import DeskError
from sac.experiments.pack import train_pack
from tests.support.ray_clusters import started
from tests.support.small_sweeps import SMALL, files, keep_market, run, sweep

pytest.importorskip("ray", reason="Ray is not installed: .venv/bin/pip install -e '.[ray]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning"),
]


@pytest.fixture
def two_workers(monkeypatch):
    import ray

    true_init = ray.init
    monkeypatch.setattr(ray, "init", lambda **options: true_init(num_cpus=2, **options))


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # else a token is written into the user's home
    with started(cpus=1) as cluster:
        yield cluster


def test_a_cluster_comes_to_the_same_bytes_also_when_a_worker_is_killed(
    two_workers, finished_sweep, tmp_path
):
    from sac.experiments.ray_cluster import on_ray

    marker = str(tmp_path / "died")

    def dies_once(market, pack, tell):  # travels by value, as tasks do
        if pack[0].settings.agent.gamma == 0.9 and not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return train_pack(market, pack, tell)

    run(tmp_path, execute=on_ray("local", dies_once))
    assert Path(marker).exists()
    assert len(files(tmp_path)) == 24
    assert files(tmp_path) == files(finished_sweep[0])


def test_a_cluster_that_goes_away_is_said_and_the_sweep_goes_on_at_home(cluster, tmp_path):
    home = Settings(tmp_path)
    jobs = Jobs(home)
    keep_market(home.data)
    endless = sweep(seeds=[0], grid={**SMALL, "updates": [12, 200_000]})
    request = SweepRequest(sweep=endless, ray=cluster.address)
    job = jobs.submit(SWEEP, SWEEPS, request, "ada")
    deadline = time.monotonic() + 120
    while not (home.sweeps / "trials").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    cluster.end()
    while (job := jobs.get(job.id)).active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert job.status == "failed", jobs.log(job.id)
    assert f"The Ray cluster at {cluster.address} went away" in job.error
    assert "Finished trials are kept" in job.error
    assert len(list((home.sweeps / "trials").iterdir())) == 1


def test_no_cluster_at_the_address_is_said():
    from sac.experiments.ray_cluster import on_ray

    with pytest.raises(DeskError, match=r"No Ray cluster answers at 127\.0\.0\.1:1"):
        list(on_ray("127.0.0.1:1")([], {}, lambda fraction, news: None))
