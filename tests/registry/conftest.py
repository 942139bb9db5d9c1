import pytest

from sac.registry import Artifacts, Registry
from tests.registry.small_versions import small_artifacts


@pytest.fixture
def registry(tmp_path) -> Registry:
    return Registry(tmp_path / "models")


@pytest.fixture
def artifacts() -> Artifacts:
    return small_artifacts()
