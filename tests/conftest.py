"""One thread everywhere: results are promised per thread count, and two cores run two test workers."""

import shutil
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from sac.threads import one_thread
from tests.support import small_trainings
from tests.support.sealed_weeks import sealed_desk
from tests.support.small_sweeps import run

pytest_plugins = ["tests.support.desks", "tests.support.registries"]

settings.register_profile("many", max_examples=1000)
one_thread()
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Whatever lies in tests/e2e and in tests/faults is marked so."""
    for item in items:
        for marker in ("e2e", "faults"):
            if item.path.is_relative_to(HERE / marker):
                item.add_marker(marker)


@pytest.fixture
def double():
    """Float64 networks and environments for exact comparisons."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="session")
def finished_sweep(tmp_path_factory):
    """A folder in which a sweep was done in one process, for reading only, and its outcome."""
    folder = tmp_path_factory.mktemp("sweep")
    return folder, run(folder, plan_name="job")


@pytest.fixture(autouse=True)
def the_same_main():
    """Streamlit's test runner leaves its script as __main__, and a spawned process begins with that."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def small_version(tmp_path_factory):
    """A version on the closes of `small_trainings`, for reading only."""
    return small_trainings.train_alone(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="session")
def sealed_root(small_version, tmp_path_factory):
    """A data root with a champion and 24 sealed weeks; copy it to change it."""
    root = tmp_path_factory.mktemp("sealed")
    sealed_desk(root, small_version)
    return root


@pytest.fixture(scope="session")
def own_desk(tmp_path_factory):
    """A data root on its own prices with a champion; copy it to change it."""
    root = tmp_path_factory.mktemp("own")
    small_trainings.train_on_own_prices(root)
    return root


@pytest.fixture(scope="session")
def two_champions(own_desk, tmp_path_factory):
    """The same with a second variant's champion; copy it to change it."""
    root = tmp_path_factory.mktemp("two") / "data"
    shutil.copytree(own_desk, root)
    small_trainings.train_a_second_variant(root)
    return root


@pytest.fixture(scope="session")
def sample_desk(tmp_path_factory):
    """A data root on the sample with a champion and a challenger; copy it to change it."""
    root = tmp_path_factory.mktemp("sample")
    small_trainings.train_on_the_sample(root)
    return root
