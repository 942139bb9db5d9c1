from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sac.evidence import COSTS, contributions, difference, edge
from tests.support.backtests import random_walk, walk_of


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), rate=st.floats(0.0, 0.02))
def test_contributions_add_up_to_the_log_growth_of_every_week(seed, rate):
    result = random_walk(seed, rate=rate)
    parts = contributions(result)
    np.testing.assert_allclose(parts.sum(axis=1), np.log1p(result.net), rtol=0, atol=1e-15)
    assert parts.to_numpy().sum() == pytest.approx(np.log(result.wealth[-1]), abs=1e-12)
    assert (parts[COSTS] <= 0).all()
    by_year = parts.groupby(pd.DatetimeIndex(parts.index).year).sum().sum(axis=1)
    for year, total in by_year.items():
        inside = result.ends.astype("datetime64[Y]").astype(int) + 1970 == year
        assert total == pytest.approx(np.log1p(result.net[inside]).sum())


def test_a_week_without_a_return_contributes_nothing():
    result = walk_of(
        np.array([[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]]), np.array([[1.1, 0.9, 1.0], [1.1, 0.9, 1.0]]), 0.0
    )
    parts = contributions(result)
    assert not parts.iloc[0].any()
    np.testing.assert_allclose(parts.iloc[1], [0.05, -0.05, 0.0, 0.0], atol=1e-15)


def test_one_stock_by_hand():
    result = walk_of(np.array([[1.0, 0.0]]), np.array([[1.10, 1.0]]), 0.01)
    parts = contributions(result).iloc[0]
    net = 0.99 * 1.10 - 1.0
    assert parts["AA"] == pytest.approx(0.99 * 0.10 * np.log1p(net) / net)
    assert parts[COSTS] == pytest.approx(-0.01 * np.log1p(net) / net)
    assert parts["CASH"] == 0.0


def test_an_edge_made_by_one_stock_is_gone_without_it():
    growth = np.ones((104, 5))
    growth[:, 2] = 1.01
    still = walk_of(np.full((104, 5), 0.2), growth, 0.0)
    bet = walk_of(np.tile([0.1, 0.1, 0.6, 0.1, 0.1], (104, 1)), growth, 0.0)
    found = edge(bet, still)
    assert found.best_stock == "CC"
    assert found.total == pytest.approx(52 * (np.log(1.006) - np.log(1.002)))
    assert found.without_best_stock == pytest.approx(0.0, abs=1e-15)


def test_an_edge_made_in_one_month_is_gone_without_it():
    result = random_walk(1, rate=0.0)
    month = result.ends.astype("datetime64[M]") == np.datetime64("2020-11")
    lucky = replace(result, gross=result.gross + 0.03 * month, net=result.net + 0.03 * month)
    found = edge(lucky, result)
    assert found.best_month == "2020-11"
    assert found.without_best_month == pytest.approx(0.0, abs=1e-15)


def test_the_edge_is_the_difference_that_the_bootstrap_judges():
    one, other = random_walk(1), random_walk(2)
    assert edge(one, other).total == pytest.approx(difference(one.net, other.net).mean)


def test_twice_the_market_has_a_beta_of_two_and_no_edge_against_itself():
    market = random_walk(1)
    twice = replace(market, net=2 * market.net, gross=2 * market.net)
    assert edge(twice, market).beta == pytest.approx(2.0)
    assert edge(twice, market).tracking_error == pytest.approx(market.net.std(ddof=1) * 52**0.5)
    same = edge(market, market)
    assert (same.total, same.tracking_error) == (0.0, 0.0)
    assert same.beta == pytest.approx(1.0)


def test_other_universes_are_compared_stock_by_stock():
    one = random_walk(1)
    other = replace(random_walk(2), symbols=("AA", "BB", "YY", "ZZ"))
    assert edge(one, other).total == pytest.approx(difference(one.net, other.net).mean)
