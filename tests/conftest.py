"""One thread everywhere: results are promised per thread count, and two cores run two test workers."""

import pytest
import torch
from hypothesis import settings

from tests.experiments.small_sweeps import run

settings.register_profile("many", max_examples=1000)
torch.set_num_threads(1)


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
