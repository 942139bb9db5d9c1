import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.evidence import cagr, drawdown, metrics
from sac.evidence.metrics import interquartile_mean
from sac.portfolio import Cash, EqualWeight, backtest, index_backtest
from tests.support.backtests import walk_of
from tests.support.synthetic import random_panel


def test_a_hundred_weeks_are_annualised_as_weeks():
    assert abs(cagr(np.full(104, 0.01)) - (1.01**52 - 1)) < 1e-12
    assert abs(cagr(np.array([0.5, -0.5] * 26)) - (0.75**26 - 1)) < 1e-12


def test_drawdown_counts_the_initial_capital():
    np.testing.assert_allclose(drawdown(np.array([-0.1, 0.05, 0.2, -0.5])), [-0.1, -0.055, 0.0, -0.5])


def test_every_figure_by_hand():
    constraints = Constraints()
    result = backtest(EqualWeight(constraints), random_panel(stocks=6), range(0, 104), constraints)
    figures = metrics(result, constraints)
    net = result.net
    assert figures.cagr == pytest.approx(result.wealth[-1] ** 0.5 - 1)
    assert figures.sharpe == pytest.approx(net.mean() / net.std(ddof=1) * 52**0.5)
    assert figures.sortino == pytest.approx(net.mean() / np.sqrt((net.clip(max=0) ** 2).mean()) * 52**0.5)
    assert figures.max_drawdown == pytest.approx(
        (result.wealth / np.maximum.accumulate(result.wealth) - 1).min()
    )
    assert figures.calmar == pytest.approx(figures.cagr / -figures.max_drawdown)
    assert figures.hit_rate == (net > 0).mean()
    assert figures.cost_drag == pytest.approx(cagr(result.gross) - cagr(net))
    assert figures.effective_names == pytest.approx(6.0)
    assert figures.average_cash == pytest.approx(0.02)
    assert figures.weeks_at_cap == 0.0
    assert figures.weeks == 104


def test_cash_has_no_risk_and_no_names_and_an_index_no_weights():
    constraints, panel = Constraints(cash_rate=0.03), random_panel(stocks=6)
    figures = metrics(backtest(Cash(), panel, range(0, 104), constraints), constraints)
    assert figures.cagr == pytest.approx(0.03)
    assert figures.average_cash == 1.0
    assert (figures.turnover, figures.cost_drag, figures.weeks_at_cap) == (0.0, 0.0, 0.0)
    for unknown in (figures.sharpe, figures.sortino, figures.calmar, figures.effective_names):
        assert np.isnan(unknown)
    levels = pd.Series(np.linspace(100, 150, len(panel.sessions)), pd.DatetimeIndex(panel.sessions))
    index = metrics(index_backtest("Index", levels, panel, range(0, 104)), constraints)
    assert index.sharpe > 1
    for unknown in (index.effective_names, index.average_cash, index.weeks_at_cap):
        assert np.isnan(unknown)


def test_figures_that_the_weeks_do_not_determine_are_not_invented():
    constraints = Constraints()
    result = backtest(EqualWeight(constraints), random_panel(stocks=6), range(0, 1), constraints)
    assert np.isnan(metrics(result, constraints).sharpe)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([-9.0, 1.0, 2.0, 3.0, 4.0, 90.0], 2.5),  # a quarter of six is one at each end
        ([90.0, -8.0, -9.0, 1.0, 2.0, 80.0, 4.0, 5.0], 3.0),  # of eight it is two
        ([1.0, 2.0, 9.0], 4.0),  # of three nobody
        ([1.0, 2.0, 4.0, 9.0], 3.0),
    ],
)
def test_the_interquartile_mean_leaves_out_a_quarter_at_each_end(values, mean):
    assert interquartile_mean(np.array(values)) == pytest.approx(mean)


def test_a_year_by_hand():
    """Two weeks of two stocks: all in the first one, then half of everything in CASH."""
    weights = np.array([[1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])
    growth = np.array([[1.1, 0.9, 1.0], [0.5, 1.0, 1.0]])
    result = walk_of(weights, growth, rate=0.0)
    figures = metrics(result, Constraints(max_position=0.3))
    np.testing.assert_allclose(result.net, [0.1, -0.1])
    assert figures.cagr == pytest.approx(0.99**26 - 1)
    assert figures.volatility == pytest.approx(0.1 * np.sqrt(2) * np.sqrt(52))
    assert figures.sharpe == pytest.approx(0.0)
    assert figures.sortino == pytest.approx(0.0)
    assert figures.max_drawdown == pytest.approx(-0.1)
    assert figures.calmar == pytest.approx((0.99**26 - 1) / 0.1)
    assert figures.hit_rate == 0.5
    assert figures.turnover == pytest.approx((1.0 + 0.8 + 0.3) / 2)
    assert figures.cost_drag == 0.0
    assert figures.effective_names == pytest.approx((1.0 + 1.0 / (0.4**2 + 0.6**2)) / 2)
    assert figures.average_cash == 0.25
    assert figures.weeks_at_cap == 1.0
    assert metrics(result, Constraints(max_position=0.9)).weeks_at_cap == 0.5


def test_a_week_without_a_gain_is_no_hit_and_no_loss():
    flat = walk_of(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[1.0, 1.0], [1.02, 1.0]]), rate=0.0)
    figures = metrics(flat, Constraints())
    assert figures.hit_rate == 0.5
    assert figures.max_drawdown == 0.0
    for unknown in (figures.sortino, figures.calmar):
        assert np.isnan(unknown)
