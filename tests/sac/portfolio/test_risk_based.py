import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.market import sample_index, sample_panel
from sac.portfolio import backtest, equal_weights, index_backtest
from sac.portfolio.risk import covariance_at
from sac.portfolio.risk_based import RISK_BASED, RiskBased
from tests.support.synthetic import panel_of, perturbed, random_closes

CONSTRAINTS = Constraints()
CLOSES = random_closes(stocks=6, first="2013-01-02", last="2018-12-28")


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


@pytest.fixture(params=RISK_BASED)
def rule(request):
    return lambda start=120: RiskBased(request.param, CONSTRAINTS, start)


def test_what_comes_after_a_decision_changes_no_weight_decided_by_then(panel, rule):
    cut = 120 + 3 * 13  # a step at which a fit is due
    other = panel_of(perturbed(CLOSES, panel.decisions[cut]))
    before, after = rule(), rule()
    known = np.append(np.full(6, 0.1), 0.4)
    for step in range(120, cut + 1):
        np.testing.assert_array_equal(before.allocate(panel, step, known), after.allocate(other, step, known))
    later = cut + 13
    assert not np.array_equal(before.allocate(panel, later, known), after.allocate(other, later, known))


def test_a_fit_reads_104_weeks_that_were_complete_at_its_decision(panel, rule):
    """Weeks that end after the decision, or lie further back, may hold anything."""
    step = 200
    first = panel.steps_known_at(step) - 104
    returns = np.full_like(panel.returns, np.nan)
    returns[first : first + 104] = panel.returns[first : first + 104]
    assert panel.fills[first + 104] <= panel.decisions[step] < panel.fills[first + 105]
    blind = type(panel)(**{**panel.__dict__, "returns": returns})
    blind.__dict__.pop("complete_steps", None)
    held = equal_weights(6, CONSTRAINTS)
    np.testing.assert_array_equal(
        rule(step).allocate(panel, step, held), rule(step).allocate(blind, step, held)
    )


def test_weights_stand_for_a_quarter_and_obey_the_constraints(panel, rule):
    result = backtest(rule(), panel, range(120, 120 + 39), CONSTRAINTS)
    assert (result.weights[:, :-1] <= CONSTRAINTS.max_position + 1e-12).all()
    assert (result.weights[:, -1] >= CONSTRAINTS.cash_buffer - 1e-12).all()
    changes = np.flatnonzero(np.abs(np.diff(result.weights, axis=0)).sum(axis=1)) + 1
    assert changes.tolist() == [13, 26]
    assert (result.turnover[1:] > 0).all(), "it trades back to its targets every week, and pays for it"


def test_less_risky_stocks_weigh_more():
    spread = np.array([0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0])
    closes = random_closes(stocks=8, first="2013-01-02", last="2018-12-28")
    panel = panel_of(100.0 * np.exp(np.log(closes / 100.0) * spread))
    for name in RISK_BASED:
        weights = RiskBased(name, CONSTRAINTS, 200).allocate(panel, 200, equal_weights(8, CONSTRAINTS))
        others = weights[1:7].mean()
        assert weights[0] > 1.2 * others > 1.8 * weights[7], name


def test_inverse_volatility_by_hand(panel):
    inverse = 1.0 / np.sqrt(np.diag(covariance_at(panel, 150)))
    weights = RiskBased("Inverse volatility", CONSTRAINTS, 150).allocate(panel, 150, np.empty(7))
    np.testing.assert_allclose(weights[:-1], 0.98 * inverse / inverse.sum(), rtol=1e-6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("stocks", [200, 600])
def test_more_stocks_than_weeks_are_fitted_without_a_warning(stocks):
    wide = panel_of(random_closes(stocks, first="2016-06-01", last="2018-12-28"))
    step = wide.complete_steps
    assert wide.steps_known_at(step) >= 104
    for name in RISK_BASED:
        weights = RiskBased(name, CONSTRAINTS, step).allocate(wide, step, np.empty(stocks + 1))
        assert weights.sum() == pytest.approx(1.0)
        assert (weights >= 0.0).all()


def test_minimum_variance_is_that_of_the_shrunk_covariance(panel):
    """No other long-only portfolio within the cap has less of it; of the sample's own, others would."""
    unbounded, step = Constraints(max_position=1.0), 150
    held = RiskBased("Minimum variance", unbounded, step).allocate(panel, step, np.empty(7))[:-1]
    marginal = covariance_at(panel, step) @ held
    assert (held > 0.01).all(), "so that all marginal variances are one"
    np.testing.assert_allclose(marginal, marginal.mean(), rtol=1e-3)


def test_the_index_of_the_sample_is_walked_fill_to_fill_without_costs():
    panel, levels = sample_panel(), sample_index()
    steps = range(panel.complete_steps - 52, panel.complete_steps)
    result = index_backtest("S&P 500 price index", levels, panel, steps)
    first, last = (levels[pd.Timestamp(day)] for day in (panel.fills[steps.start], panel.fills[steps.stop]))
    assert result.wealth[-1] == pytest.approx(last / first)
    assert result.dates[-1] == panel.fills[steps.stop]
    assert not result.turnover.any()
    np.testing.assert_array_equal(result.net, result.gross)


def test_an_index_without_a_level_on_a_fill_is_refused():
    panel, levels = sample_panel(), sample_index()
    step = panel.complete_steps - 5
    with pytest.raises(ValueError, match=str(panel.fills[step])):
        index_backtest(
            "Index", levels.drop(pd.Timestamp(panel.fills[step])), panel, range(step - 3, step + 2)
        )
