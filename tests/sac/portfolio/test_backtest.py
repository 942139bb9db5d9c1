from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.portfolio import BuyAndHold, EqualWeight, backtest, backtests, equal_weights, index_backtest
from tests.support.synthetic import panel_of, random_closes, random_panel


@dataclass
class Fixed:
    """Always the same weights."""

    weights: np.ndarray
    name: str = "Fixed"

    def allocate(self, panel, step, weights):
        return self.weights


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)


def test_equal_weight_keeps_the_buffer_and_the_cap():
    np.testing.assert_allclose(equal_weights(15, Constraints())[:-1], 0.98 / 15)
    np.testing.assert_allclose(equal_weights(3, Constraints()), [0.2, 0.2, 0.2, 0.4])


def test_the_walk_multiplies_up_to_its_wealth(panel):
    constraints = Constraints()
    result = backtest(EqualWeight(constraints), panel, range(10, 114), constraints)
    assert len(result.wealth) == len(result.dates) == 105
    assert result.dates[0] == panel.fills[10]
    assert result.dates[-1] == panel.fills[114]
    np.testing.assert_allclose(result.wealth[1:] / result.wealth[:-1] - 1, result.net, atol=1e-14)
    np.testing.assert_allclose(result.net, (1 - 0.001 * result.turnover) * (1 + result.gross) - 1, atol=1e-15)
    assert abs(result.turnover[0] - 0.98) < 1e-12  # the first trade costs too


def test_buy_and_hold_is_what_its_stocks_made(panel):
    constraints = Constraints(max_position=1.0)
    result = backtest(BuyAndHold(constraints), panel, range(0, 104), constraints)
    rows = np.searchsorted(panel.sessions, panel.fills[[0, 104]])
    ratio = panel.closes[rows[1]] / panel.closes[rows[0]]
    expected = (1 - 0.00098) * (0.98 * ratio.mean() + 0.02)
    assert abs(result.wealth[-1] - expected) < 1e-12
    assert (result.turnover[1:] == 0).all()


def test_weights_drift_so_that_keeping_them_costs(panel):
    constraints = Constraints()
    result = backtest(EqualWeight(constraints), panel, range(0, 52), constraints)
    assert (result.turnover[1:] > 0.001).all()


def test_what_is_no_portfolio_is_refused(panel):
    constraints = Constraints()
    for weights in (np.full(7, 0.2), np.full(7, np.nan), np.array([1.5, -0.5, 0, 0, 0, 0, 0])):
        with pytest.raises(ValueError, match="no portfolio"):
            backtest(Fixed(weights), panel, range(0, 3), constraints)


def test_side_by_side_each_walks_as_it_would_alone_and_pays_its_own_costs(panel):
    class Tilted(Fixed):  # leans on the weights that it is shown, so that a mix-up would show
        def allocate(self, panel, step, weights):
            return 0.5 * self.weights + 0.5 * weights

    rng, limits = np.random.default_rng(3), [Constraints(cost_rate=rate) for rate in (0.0, 0.001, 0.02)]
    three = [Tilted(rng.dirichlet(np.ones(7)), name) for name in "abc"]

    def decide(step, weights):
        return np.stack([one.allocate(panel, step, own) for one, own in zip(three, weights, strict=True)])

    together = backtests("abc", decide, panel, range(5, 57), limits)
    for one, own, result in zip(three, limits, together, strict=True):
        alone = backtest(one, panel, range(5, 57), own)
        for figures in ("weights", "turnover", "gross", "net"):
            assert np.array_equal(getattr(result, figures), getattr(alone, figures))
    bad = np.stack([three[0].weights, np.full(7, 0.2)])
    with pytest.raises(ValueError, match="b gave no portfolio"):
        backtests("ab", lambda step, weights: bad, panel, range(0, 3), limits[:2])


def test_weeks_without_a_return_are_refused(panel):
    constraints = Constraints()
    with pytest.raises(ValueError, match="not a stretch"):
        backtest(EqualWeight(constraints), panel, range(0, panel.complete_steps + 1), constraints)


@dataclass
class Clairvoyant:
    """Knows next week's best stock: what no honest allocator can do."""

    name: str = "Clairvoyant"

    def allocate(self, panel, step, weights):
        target = np.zeros(len(weights))
        target[int(panel.returns[step].argmax())] = 1.0
        return target


class AtRandom:
    """Trades without knowing anything."""

    name = "At random"

    def __init__(self):
        self.rng = np.random.default_rng(5)

    def allocate(self, panel, step, weights):
        return self.rng.dirichlet(np.ones(len(weights)))


def test_knowing_the_future_pays_and_trading_at_random_costs(panel):
    constraints, steps = Constraints(), range(0, 208)
    equal = backtest(EqualWeight(constraints), panel, steps, constraints)
    best = backtest(Clairvoyant(), panel, steps, constraints)
    assert best.wealth[-1] > 20 * equal.wealth[-1]
    monkey = backtest(AtRandom(), panel, steps, constraints)
    costs = np.log1p(monkey.gross) - np.log1p(monkey.net)
    np.testing.assert_allclose(costs, -np.log1p(-0.001 * monkey.turnover), atol=1e-12)
    assert costs.sum() * 52 / 208 > 0.03  # more than three points a year for turning over most of it weekly


def test_trading_at_random_ends_below_equal_weight_by_about_its_costs(panel):
    constraints, steps = Constraints(), range(0, 208)
    equal = backtest(EqualWeight(constraints), panel, steps, constraints)
    behind, costs = [], []
    for seed in range(60):
        monkey = AtRandom()
        monkey.rng = np.random.default_rng(seed)
        result = backtest(monkey, panel, steps, constraints)
        behind.append(52 * (np.log1p(equal.net) - np.log1p(result.net)).mean())
        spent = [np.log1p(one.gross) - np.log1p(one.net) for one in (result, equal)]
        costs.append(52 * (spent[0] - spent[1]).mean())
    assert np.mean(costs) > 0.03
    assert np.mean(behind) == pytest.approx(np.mean(costs), abs=0.01)  # a year; 0.5 points are luck


def test_what_a_decision_is_shown_ends_at_its_close(panel):
    """The weights at the decision have drifted until its close, not until the fill a session later."""
    shown = []

    class Watch(Fixed):
        def allocate(self, panel, step, weights):
            shown.append(weights)
            return self.weights

    target = np.array([0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1])
    backtest(Watch(target), panel, range(20, 23), Constraints(max_position=0.5))
    fill, decision = np.searchsorted(panel.sessions, [panel.fills[20], panel.decisions[21]])
    value = target * np.append(panel.closes[decision] / panel.closes[fill], 1.0)
    np.testing.assert_allclose(shown[1], value / value.sum(), atol=1e-14)


def test_symbols_are_aligned_by_name_not_by_position():
    closes = random_closes(stocks=5)
    constraints = Constraints()
    one = backtest(EqualWeight(constraints), panel_of(closes), range(0, 52), constraints)
    other = backtest(
        EqualWeight(constraints), panel_of(closes[closes.columns[::-1]]), range(0, 52), constraints
    )
    np.testing.assert_allclose(one.net, other.net, atol=1e-14)
    np.testing.assert_allclose(one.growth[:, :-1], other.growth[:, -2::-1], atol=1e-14)


def test_cash_earns_its_week_at_the_fill_and_nothing_before_the_next_decision(panel):
    shown = []

    class Watch(Fixed):
        def allocate(self, panel, step, weights):
            shown.append(weights)
            return self.weights

    target, constraints = np.full(7, 1 / 7), Constraints(cash_rate=0.5, max_position=0.5)
    result = backtest(Watch(target), panel, range(20, 23), constraints)
    assert result.growth[:, -1] == pytest.approx(1.5 ** (1 / 52))
    value = target * np.append(1.0 + panel.seen[20], 1.0)
    np.testing.assert_allclose(shown[1], value / value.sum(), atol=1e-14)
    held = target * np.append(1.0 + panel.returns[20], 1.5 ** (1 / 52))
    assert result.turnover[1] == pytest.approx(abs(target - held / held.sum())[:-1].sum())


@pytest.mark.parametrize("steps", [range(-1, 5), range(0, 10, 2), range(9, 0, -1), range(5, 5)])
def test_a_stretch_has_weeks_in_order_and_none_before_the_first(panel, steps):
    with pytest.raises(ValueError, match="not a stretch"):
        backtest(EqualWeight(Constraints()), panel, steps, Constraints())


def test_the_last_complete_week_can_be_walked(panel):
    steps = range(panel.complete_steps - 1, panel.complete_steps)
    result = backtest(EqualWeight(Constraints()), panel, steps, Constraints())
    assert (
        result.decisions.tolist() == panel.decisions[-3:-2].tolist()
    )  # the next fill is the last that is known
    assert result.ends.tolist() == panel.fills[-2:-1].tolist()


@pytest.mark.parametrize("off", [-2e-6, 2e-6])
def test_weights_sum_to_one_up_to_rounding(panel, off):
    whole = np.array([0.5, 0.0, 0.1, 0.1, 0.1, 0.1, 0.1])  # nothing of a stock is a weight, too
    backtest(Fixed(whole + np.eye(7)[0] * off / 4), panel, range(0, 3), Constraints())
    with pytest.raises(ValueError, match=r"no portfolio at 2015-01-02: \["):
        backtest(Fixed(whole + np.eye(7)[0] * off), panel, range(0, 3), Constraints())


def test_an_index_is_measured_fill_to_fill_and_never_trades(panel):
    levels = pd.Series(100.0 + np.arange(len(panel.sessions)) ** 1.1, pd.DatetimeIndex(panel.sessions))
    result = index_backtest("Index", levels, panel, range(4, 30))
    known = levels.reindex(pd.DatetimeIndex(panel.fills[4:31])).to_numpy()
    np.testing.assert_allclose(result.net, known[1:] / known[:-1] - 1.0, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(result.gross, result.net)
    np.testing.assert_array_equal(result.decisions, panel.decisions[4:30])
    np.testing.assert_array_equal(result.dates, panel.fills[4:31])
    np.testing.assert_allclose(result.growth[:, 0], known[1:] / known[:-1])
    assert result.weights.shape == result.growth.shape == (26, 1)
    assert result.weights.all()
    assert result.members.shape == (26, 0)
    assert not result.turnover.any()
    assert not result.folds.any()
    missing = str(panel.fills[30])
    with pytest.raises(ValueError, match=f"Index has no level on {missing}"):
        index_backtest("Index", levels.drop(pd.Timestamp(missing)), panel, range(4, 30))
    index_backtest("Index", levels.drop(pd.Timestamp(missing)), panel, range(4, 29))


def test_members_stand_beside_the_walk_in_columns(panel):
    constraints, steps = Constraints(), range(0, 12)
    result = backtest(EqualWeight(constraints), panel, steps, constraints)
    assert result.members.shape == (12, 0)
    assert not result.folds.any()  # nothing was fitted
    other = backtest(BuyAndHold(constraints), panel, steps, constraints)
    both = result.with_members([result, other], constraints.cost_rate)
    np.testing.assert_array_equal(both.members, np.column_stack([result.net, other.net]))
    np.testing.assert_array_equal(both.net, result.net)
    for week in (0, 5):  # what a member's week is worth to whoever comes out of cash
        bought = other.weights[week, :-1].sum()
        assert both.entries[week, 1] == pytest.approx((1 - 0.001 * bought) * (1 + other.gross[week]) - 1)
