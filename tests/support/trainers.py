"""Trainers of the speed benchmark, which train until somebody stops them."""

import pytest

__all__ = ["two_reports"]


class StopError(Exception):
    """Enough was reported."""


def two_reports(trainer, market, settings, chunk):
    """How many updates were done at its first two reports; it is stopped at the second."""
    seen = []

    def tick(done):
        seen.append(done)
        if len(seen) == 2:
            raise StopError

    with pytest.raises(StopError):
        trainer(market, settings, chunk, tick)
    return seen
