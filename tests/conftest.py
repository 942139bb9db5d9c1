"""One thread everywhere: results are promised per thread count, and two cores run two test workers."""

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture
def double():
    """Float64 networks and environments for exact comparisons."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
