"""A few minutes' worth of looks; `python -m tests.faults.soak` takes eight hours' worth."""

import asyncio

from tests.faults.small_market import small_market
from tests.faults.soak import soaked, training_under_way
from tests.support.serving import served


def test_visitors_that_come_and_go_all_see_a_real_training_go_on(tmp_path):
    small_market(tmp_path / "data")
    with served(tmp_path) as desk, training_under_way(desk, stage="forecasts"):
        result = asyncio.run(soaked(desk, polls=24, stay=8, at_once=3, every=6))
    assert (result.polls, result.problems) == (24, [])
    assert result.visitors >= 3
    assert len(result.memory) == 4
    assert result.memory[-1][1] - result.memory[0][1] < 50.0  # MB
