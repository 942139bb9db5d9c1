import pytest

from sac.hub import repository
from sac.hub.repository import Remote
from sac.hub.trial import rehearse
from sac.registry import Artifacts, Registry
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub
from tests.support.small_versions import small_artifacts


@pytest.fixture
def registry(tmp_path) -> Registry:
    return Registry(tmp_path / "models")


@pytest.fixture
def artifacts() -> Artifacts:
    return small_artifacts()


@pytest.fixture
def server(monkeypatch):
    """A Hub on the loopback interface; the client's waits between its own tries are left out.

    What arrives is tried in this process: `tests/sac/hub/test_forged_versions.py` tries it as a desk does.
    """
    monkeypatch.setattr("sac.hub.arrivals.try_out", rehearse)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def remote(server) -> Remote:
    return Remote(REPO, TOKEN, server.url)


@pytest.fixture
def travelled(registry, artifacts, remote):
    """A version of another desk, on the Hub and its champion."""
    saved = registry.save(artifacts)
    repository.make_champion(remote, saved)
    return saved


@pytest.fixture
def here(tmp_path):
    """A desk on another machine, without any version."""
    return Registry(tmp_path / "elsewhere" / "models")
