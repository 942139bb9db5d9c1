import pytest

from sac.track import TrackLog
from tests.support.sealed_weeks import champion


@pytest.fixture
def log(tmp_path):
    return TrackLog(tmp_path / "track")


@pytest.fixture
def registry(tmp_path, small_version, monkeypatch):
    return champion(tmp_path / "models", small_version, monkeypatch)
