"""A sweep that was done in one process, which others are held against."""

import pytest

from tests.experiments.small_sweeps import run


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Its folder and its outcome."""
    folder = tmp_path_factory.mktemp("sweep")
    return folder, run(folder, plan_name="job")
