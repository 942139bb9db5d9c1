import shutil

import pytest

from app.jobs.queue import Jobs
from app.settings import Settings
from sac.hub.trial import rehearse
from sac.registry import Registry
from tests.support import quick_jobs
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def home(tmp_path):
    return Settings(tmp_path / "data")


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """The pages' data root, without anything in it."""
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Settings(tmp_path)


@pytest.fixture
def filled(empty, sample_desk):
    """The pages' data root with a champion and a challenger on the sample."""
    shutil.copytree(sample_desk, empty.data, dirs_exist_ok=True)
    return empty


@pytest.fixture
def tracked(empty, sealed_root):
    """The pages' data root with a champion and 24 sealed weeks on prices of its own."""
    shutil.copytree(sealed_root, empty.data, dirs_exist_ok=True)
    return empty


@pytest.fixture
def open_jobs(home):
    """Opens `Jobs` objects on one data root; what they started is over when the test is."""
    opened = []

    def open_one(**options):
        opened.append(Jobs(home, worker=quick_jobs.WORKER, **options))
        return opened[-1]

    yield open_one
    for jobs in opened:
        for child in tuple(jobs._children.values()):
            child.kill()
            child.wait()


@pytest.fixture
def jobs(open_jobs):
    return open_jobs()


@pytest.fixture
def hub_server(monkeypatch):
    monkeypatch.setattr("sac.hub.arrivals.try_out", rehearse)  # in this process
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its retries
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def sharing(home, monkeypatch, hub_server):
    """A desk that shares its SAC + LSTM."""
    for variable, value in {
        "SAC_DESK_DATA": str(home.data),
        "HF_SAC_LSTM_MODEL_REPO": REPO,
        "HF_TOKEN": TOKEN,
        "HF_ENDPOINT": hub_server.url,
    }.items():
        monkeypatch.setenv(variable, value)
    return home


@pytest.fixture
def version(sharing):
    registry = Registry(sharing.models)
    saved = registry.save(small_artifacts())
    registry.set_current(VARIANT, saved.name)
    return saved
