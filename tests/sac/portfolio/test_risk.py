"""Expected risk of weights: from what was known, shrunk, and made of its parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sac.portfolio.risk import covariance_at, risk_of, trailing_returns
from tests.support.synthetic import panel_of, perturbed, random_closes

CLOSES = random_closes(stocks=6, first="2013-01-02", last="2018-12-28")


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


def test_what_comes_after_a_decision_changes_nothing_that_is_expected_at_it(panel):
    for step in (60, 200):
        later = panel_of(perturbed(CLOSES, panel.decisions[step]))
        np.testing.assert_array_equal(covariance_at(panel, step), covariance_at(later, step))
        assert not np.array_equal(covariance_at(panel, step + 3), covariance_at(later, step + 3))


def test_it_reads_the_104_weeks_that_were_complete_at_the_decision(panel):
    known = panel.steps_known_at(200)
    np.testing.assert_array_equal(trailing_returns(panel, 200), panel.returns[known - 104 : known])
    assert panel.fills[known] <= panel.decisions[200] < panel.fills[known + 1]
    assert np.isfinite(trailing_returns(panel, len(panel.decisions) - 1)).all()


def test_less_than_26_weeks_say_nothing(panel):
    first = next(step for step in range(60) if panel.steps_known_at(step) == 26)
    assert covariance_at(panel, first - 1) is None
    assert covariance_at(panel, first) is not None


def test_it_is_the_samples_own_covariance_pulled_towards_a_multiple_of_one(panel):
    shrunk, returns = covariance_at(panel, 200), trailing_returns(panel, 200)
    own = np.cov(returns.T, bias=True)
    assert np.trace(shrunk) == pytest.approx(np.trace(own))
    outside = ~np.eye(6, dtype=bool)
    pulled = shrunk[outside] / own[outside]
    assert pulled == pytest.approx(pulled[0]), "by one factor"
    assert 0 < pulled[0] < 1


def test_more_stocks_than_weeks_leave_no_portfolio_without_risk():
    wide = panel_of(random_closes(stocks=60, first="2017-01-02", last="2018-06-29"))
    step = next(step for step in range(80) if wide.steps_known_at(step) == 30)
    assert np.linalg.eigvalsh(covariance_at(wide, step)).min() > 1e-6


def test_by_hand():
    yearly = np.array([[0.04, 0.01], [0.01, 0.09]])
    found = risk_of(np.array([0.5, 0.25]), np.array([0.4, 0.4]), yearly / 52)
    assert found.volatility == pytest.approx(np.sqrt(0.25 * 0.04 + 2 * 0.125 * 0.01 + 0.0625 * 0.09))
    assert found.tracking_error == pytest.approx(np.sqrt(0.01 * 0.04 - 2 * 0.015 * 0.01 + 0.0225 * 0.09))
    assert found.contributions[0] == pytest.approx(0.5 * (0.02 + 0.0025) / found.volatility)


@given(seed=st.integers(0, 2**32 - 1), stocks=st.integers(1, 12))
def test_contributions_sum_to_the_volatility(seed, stocks):
    rng = np.random.default_rng(seed)
    factors = rng.normal(0.0, 0.03, (stocks, stocks + 2))
    weights = rng.dirichlet(np.ones(stocks + 1))[:-1]  # the rest is CASH
    equal = np.full(stocks, 0.98 / stocks)
    found = risk_of(weights, equal, factors @ factors.T)
    assert found.contributions.sum() == pytest.approx(found.volatility)
    assert risk_of(equal, equal, factors @ factors.T).tracking_error == pytest.approx(0.0, abs=1e-9)
    half = risk_of(weights / 2, equal, factors @ factors.T)
    assert half.volatility == pytest.approx(found.volatility / 2)


def test_cash_alone_has_no_risk():
    found = risk_of(np.zeros(3), np.full(3, 0.3), np.eye(3) * 0.0004)
    assert (found.volatility, found.contributions.tolist()) == (0.0, [0.0, 0.0, 0.0])
    assert found.tracking_error == pytest.approx(np.sqrt(3 * 0.09 * 0.0004 * 52))
