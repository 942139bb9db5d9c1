"""Other libraries train on our market, one update per step; they are in the `bench` extra alone."""

import dataclasses

import numpy as np
import pytest
import torch

from benchmarks.rounds import Contender, environment, trainer_of
from benchmarks.speed import LIBRARIES
from tests.support.trainers import two_reports

pytestmark = pytest.mark.slow

SMALL = Contender("small", stocks=3, weeks=120)


@pytest.mark.parametrize("stocks", [3, 8, 15])
def test_a_step_in_jax_is_ours(stocks):
    jax = pytest.importorskip("jax", reason="JAX is in the bench extra")
    from benchmarks.libraries.jax_market import JaxMarket, MarketState

    market = environment(dataclasses.replace(SMALL, stocks=stocks))
    world, rng, key = JaxMarket(market), np.random.default_rng(0), jax.random.key(0)
    assert world.observation_space().shape == (9 * stocks + 1,)
    assert world.action_space().shape == (stocks + 1,)
    step = jax.jit(lambda state, action: world.step(key, state, action, world.default_params))
    for week in rng.integers(0, 119, 300):
        weights = rng.dirichlet(np.ones(stocks + 1)).astype(np.float32)
        action = rng.choice([1.0, 0.2]) * rng.uniform(-1, 1, stocks + 1).astype(np.float32)
        seen, after, reward, over, _ = step(MarketState(week, weights), action)
        target = market.target(torch.tensor(action)[None, None])
        at, held = torch.full((1, 1), int(week)), torch.tensor(weights)[None, None]
        expected, then = market.step(at, held, target)
        np.testing.assert_allclose(world.target(action), target[0, 0], atol=1e-6)
        np.testing.assert_allclose(seen, market.state(at + 1, then)[0, 0], atol=1e-6)
        np.testing.assert_allclose(after.weights, then[0, 0], atol=1e-6)
        np.testing.assert_allclose(reward, expected[0, 0], atol=1e-4)  # its scale is 100: a millionth
        assert after.week == week + 1
        assert not over


def test_the_window_in_jax_ends_where_ours_does_and_begins_again_in_cash():
    jax = pytest.importorskip("jax", reason="JAX is in the bench extra")
    from benchmarks.libraries.jax_market import JaxMarket

    market = environment(SMALL)
    world, key = JaxMarket(market), jax.random.key(0)
    cash = torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(1, 1, -1)
    first = market.state(torch.zeros(1, 1, dtype=torch.int64), cash)[0, 0]
    seen, state = world.reset(key)
    np.testing.assert_array_equal(seen, first)
    for week in range(120):
        assert state.week == week
        seen, state, _, over, _ = world.step(key, state, np.zeros(4, np.float32))
        assert over == (week == 119)
    np.testing.assert_array_equal(seen, first)


@pytest.mark.filterwarnings("default")  # whatever the libraries warn of is between them
@pytest.mark.parametrize("trainer", {each.trainer: each for each in LIBRARIES if each.needs})
def test_a_library_trains_on_our_market_and_reports_its_updates(trainer):
    contender = next(each for each in LIBRARIES if each.trainer == trainer)
    if not contender.installed:
        pytest.skip(f"{contender.needs} is in the bench extra")

    contender = dataclasses.replace(contender, stocks=3, weeks=120)
    settings = dataclasses.replace(contender.settings, warmup_steps=10, buffer_size=200, batch_size=8)
    seen = two_reports(trainer_of(contender), environment(contender), settings, 16)
    assert seen[1] - seen[0] == 16
    assert 0 < seen[0] <= 16
