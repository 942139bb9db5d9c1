"""A data root, and an authority that this machine trusts."""

import pytest

from app.settings import Settings
from tests.support.loopback_receivers import Authority


@pytest.fixture
def root(tmp_path):
    return Settings(tmp_path / "data")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    """The authority, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority
