"""One thread everywhere: results are promised per thread count, and two cores run two test workers."""

import pytest
import torch
from hypothesis import settings

settings.register_profile("many", max_examples=1000)
torch.set_num_threads(1)


@pytest.fixture
def double():
    """Float64 networks and environments for exact comparisons."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
