"""The same sweep on a Ray cluster of two workers on this machine."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from sac.errors import DeskError
from sac.experiments import TrialResults
from sac.experiments.pack import train_pack
from tests.experiments.test_running import files, run

pytest.importorskip("ray", reason="Ray is not installed: pip install 'sac-desk[ray]'")
pytestmark = [
    pytest.mark.xdist_group("ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning"),
]


@pytest.fixture
def two_workers(monkeypatch):
    import ray

    true_init = ray.init
    monkeypatch.setattr(ray, "init", lambda **options: true_init(num_cpus=2, **options))


def results_in(folder):
    results = TrialResults(folder / "sweeps" / "trials")
    return {name: results.get(name.removesuffix(".json")).net for name in files(folder)}


def test_a_cluster_comes_to_the_same_results_and_a_killed_worker_loses_nothing(two_workers, tmp_path):
    from sac.experiments.ray_cluster import on_ray

    marker = str(tmp_path / "died")

    def dies_once(market, pack, tell):  # travels by value, as tasks do
        if pack[0].settings.agent.gamma == 0.9 and not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return train_pack(market, pack, tell)

    run(tmp_path / "here")
    run(tmp_path / "there", execute=on_ray("local", dies_once))
    assert Path(marker).exists()
    here, there = (results_in(tmp_path / where) for where in ("here", "there"))
    assert here.keys() == there.keys()
    assert len(there) == 24
    for key, net in here.items():
        np.testing.assert_allclose(there[key], net, rtol=0, atol=1e-7)


def test_no_cluster_at_the_address_is_said():
    from sac.experiments.ray_cluster import on_ray

    with pytest.raises(DeskError, match=r"No Ray cluster answers at 127\.0\.0\.1:1"):
        list(on_ray("127.0.0.1:1")([], {}, lambda fraction, news: None))
