from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sac.evidence import COST_RATES, at_cost, break_even, cagr
from tests.support.backtests import random_walk, walk_of


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), rate=st.floats(0.0, 0.05))
def test_another_rate_is_what_the_accounting_would_have_charged(seed, rate):
    result = random_walk(seed, rate=0.001)
    again = walk_of(result.weights, result.growth, rate)
    np.testing.assert_allclose(at_cost(result, rate).net, again.net, rtol=0, atol=1e-14)


def test_growth_falls_with_the_rate_and_gross_is_free():
    result = random_walk(1)
    rates = [cagr(at_cost(result, rate).net) for rate in COST_RATES]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == cagr(result.gross)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_at_the_break_even_both_grow_alike(seed):
    """A trader who knows a little against one who holds still."""
    trader = random_walk(seed)
    known = np.zeros_like(trader.weights)
    known[np.arange(104), trader.growth[:, :-1].argmax(axis=1)] = 1.0
    trader = walk_of(0.7 * trader.weights + 0.3 * known, trader.growth)
    still = walk_of(np.full_like(trader.weights, 0.2), trader.growth)
    rate = break_even(trader, still)
    assert 0 < rate < 0.1
    assert cagr(at_cost(trader, rate).net) == pytest.approx(cagr(at_cost(still, rate).net), abs=1e-6)
    assert cagr(at_cost(trader, rate + 1e-4).net) < cagr(at_cost(still, rate + 1e-4).net)
    assert break_even(still, trader) == pytest.approx(rate, abs=1e-8)


def test_who_is_behind_without_costs_and_trades_more_has_no_break_even():
    still = random_walk(1)
    still = walk_of(np.full_like(still.weights, 0.2), still.growth)
    worse = replace(still, gross=still.gross - 0.001, turnover=still.turnover + 0.1)
    assert np.isnan(break_even(worse, still))
    assert np.isnan(break_even(still, worse))
