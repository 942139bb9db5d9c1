import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sac.config import Constraints
from sac.portfolio import account, all_cash, asset_growth, drift


def test_three_weeks_of_two_stocks_by_hand():
    """Every number below was computed on paper from 1 dollar, 10 bps a traded dollar."""
    returns = np.array([[0.10, -0.05], [0.02, 0.04], [-0.03, 0.01]])
    targets = np.array([[0.50, 0.30, 0.20], [0.40, 0.40, 0.20], [0.40, 0.40, 0.20]])
    growth = asset_growth(returns, 1.0)
    # Week 1: buys .5 + .3; gross .55 + .285 + .2 = 1.035.
    one = account(all_cash(2), targets[0], growth[0], 0.001)
    assert abs(one.turnover - 0.80) < 1e-12
    assert abs(one.gross - 1.035) < 1e-12
    assert abs(one.net - (1 - 0.0008) * 1.035) < 1e-12
    held = drift(targets[0], growth[0])
    np.testing.assert_allclose(held, [0.55 / 1.035, 0.285 / 1.035, 0.2 / 1.035], atol=1e-12)
    # Week 2: sells .55/1.035 - .4 and buys .4 - .285/1.035; together .265/1.035.
    two = account(held, targets[1], growth[1], 0.001)
    assert abs(two.turnover - 0.265 / 1.035) < 1e-12
    assert abs(two.gross - 1.024) < 1e-12
    held = drift(targets[1], growth[1])
    np.testing.assert_allclose(held, [0.408 / 1.024, 0.416 / 1.024, 0.2 / 1.024], atol=1e-12)
    # Week 3: |.4 - .408/1.024| + |.4 - .416/1.024| = (.0016 + .0064) / 1.024.
    three = account(held, targets[2], growth[2], 0.001)
    assert abs(three.turnover - 0.008 / 1.024) < 1e-12
    assert abs(three.gross - 0.992) < 1e-12
    wealth = one.net * two.net * three.net
    paper = 1.035 * 0.9992 * 1.024 * (1 - 0.000265 / 1.035) * 0.992 * (1 - 0.000008 / 1.024)
    assert abs(wealth - paper) < 1e-12


shares = hnp.arrays(float, 5, elements=st.floats(0.001, 1.0)).map(lambda x: x / x.sum())
returns = hnp.arrays(float, 4, elements=st.floats(-0.9, 3.0))


@given(shares, shares, returns, st.floats(0.0, 0.05))
def test_dollars_are_conserved(drifted, target, stock_returns, cost_rate):
    growth = asset_growth(stock_returns, 1.001)
    week = account(drifted, target, growth, cost_rate)
    wealth = 1000.0
    paid = cost_rate * abs(wealth * target - wealth * drifted)[:-1].sum()
    held = (wealth - paid) * target  # what is left is spread like the target
    after = held * growth
    assert abs(after.sum() - wealth * week.net) < 1e-9
    np.testing.assert_allclose(after / after.sum(), drift(target, growth), atol=1e-12)
    assert week.net <= week.gross


@given(shares, returns)
def test_holding_costs_nothing(weights, stock_returns):
    week = account(weights, weights, asset_growth(stock_returns, 1.0), 0.001)
    assert week.turnover == 0
    assert week.net == week.gross


@given(shares, shares, returns)
def test_torch_and_numpy_account_alike(drifted, target, stock_returns):
    growth = asset_growth(stock_returns, 1.0)
    ours = (*account(drifted, target, growth, 0.001), drift(target, growth))
    before, after, grown = torch.tensor(drifted), torch.tensor(target), torch.tensor(growth)
    theirs = (*account(before, after, grown, 0.001), drift(after, grown))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other.numpy(), rtol=1e-14, atol=1e-15)


def test_cash_earns_its_annual_rate_over_52_weeks():
    assert abs(Constraints(cash_rate=0.05).cash_growth ** 52 - 1.05) < 1e-12


def test_all_cash_is_one_dollar_of_cash():
    np.testing.assert_array_equal(all_cash(3), [0.0, 0.0, 0.0, 1.0])


def test_cash_grows_by_its_own_rate_whatever_stocks_do():
    growth = asset_growth(np.array([[0.1, -0.2], [0.0, 0.5]]), 1.01)
    np.testing.assert_allclose(growth, [[1.1, 0.8, 1.01], [1.0, 1.5, 1.01]], rtol=1e-15)


def test_many_portfolios_are_accounted_at_once_as_each_alone():
    rng = np.random.default_rng(2)
    held, target = rng.dirichlet(np.ones(4), (2, 5, 3))
    growth = rng.uniform(0.9, 1.1, (5, 3, 4))
    week, drifted = account(held, target, growth, 0.001), drift(target, growth)
    for place in np.ndindex(5, 3):
        alone = account(held[place], target[place], growth[place], 0.001)
        np.testing.assert_allclose([figures[place] for figures in week], alone, rtol=1e-14)
        np.testing.assert_allclose(drifted[place], drift(target[place], growth[place]), rtol=1e-14)
