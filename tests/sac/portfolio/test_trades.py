from fractions import Fraction
from math import ceil, floor, inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sac.config import CASH
from sac.errors import SettingsError
from sac.portfolio.trades import Trade, reference_prices, whole_share_trades
from tests.support.synthetic import panel_of, random_closes

NAMES = [f"S{i}" for i in range(8)]


@st.composite
def portfolios(draw):
    """Arguments of any portfolio that can be: shares and fractions, cheap and dear, poor and rich."""
    names = NAMES[: draw(st.integers(1, 8))]
    prices = {name: draw(st.integers(1, 50_000_000)) / 100 for name in names}
    shares = st.one_of(st.integers(0, 10_000).map(float), st.floats(0, 1e5, allow_subnormal=False))
    held = {name: draw(shares) for name in names if draw(st.booleans())}
    parts = [draw(st.integers(0, 1000)) for _ in range(len(names) + 1)]
    parts[-1] += sum(parts) == 0
    named = dict(zip([*names, CASH], (part / sum(parts) for part in parts), strict=True))
    if held and draw(st.booleans()):  # a stock that the target does not know: to be sold
        gone = next(iter(held))
        named[CASH] += named.pop(gone)
    return {
        "held": held,
        "cash": draw(st.integers(1, 10**11)) / 100,
        "target_weights": named,
        "prices": prices,
        "cost_rate": draw(st.sampled_from([0.0, 0.001, 0.0025, 0.02])),
        "minimum": draw(st.sampled_from([0.0, 50.0, 5000.0])),
    }


@settings(max_examples=400, deadline=None)
@given(portfolios())
def test_trades_cost_and_cash_equal_the_portfolio_to_the_cent(portfolio):
    answer = whole_share_trades(**portfolio)
    held, prices = portfolio["held"], {n: round(p * 100) for n, p in portfolio["prices"].items()}
    bought = {t.symbol: t.shares * (1 if t.side == "buy" else -1) for t in answer.trades}
    before = {name: round(held.get(name, 0.0) * prices[name]) for name in answer.positions_cents}
    cash = round(portfolio["cash"] * 100)

    assert answer.value_cents == sum(before.values()) + cash
    spent = sum(shares * prices[name] for name, shares in bought.items())
    assert answer.cash_cents == cash - spent - answer.cost_cents
    after = {name: before[name] + bought.get(name, 0) * prices[name] for name in before}
    assert answer.positions_cents == after
    assert sum(after.values()) + answer.cash_cents + answer.cost_cents == answer.value_cents

    assert answer.cash_cents >= 0
    traded = sum(trade.value_cents for trade in answer.trades)
    assert answer.cost_cents == ceil(Fraction(str(portfolio["cost_rate"])) * traded)
    for trade in answer.trades:
        assert trade.shares >= 1
        assert trade.value_cents >= round(portfolio["minimum"] * 100)
        assert trade.side == "buy" or trade.shares <= floor(held[trade.symbol])
    assert [t.side for t in answer.trades] == sorted((t.side for t in answer.trades), reverse=True)


@settings(max_examples=200, deadline=None)
@given(portfolios())
def test_with_cash_to_spare_every_stock_is_within_half_a_share_of_its_target(portfolio):
    portfolio |= {"minimum": 0.0, "held": {n: floor(s) for n, s in portfolio["held"].items()}}
    wealth = portfolio["cash"] + sum(s * portfolio["prices"][n] for n, s in portfolio["held"].items())
    room = sum(portfolio["prices"].values()) + 2 * wealth * portfolio["cost_rate"]
    weights = portfolio["target_weights"]
    if weights[CASH] * wealth < room:
        return
    answer = whole_share_trades(**portfolio)
    for name, cents in answer.positions_cents.items():
        target = weights.get(name, 0.0) * wealth * 100
        assert abs(cents - target) <= portfolio["prices"][name] * 50 + 1


def test_an_example_by_hand():
    answer = whole_share_trades(
        held={"AAPL": 10, "GE": 4.5},
        cash=100.0,
        target_weights={"AAPL": 0.5, "GE": 0.0, "KO": 0.4, CASH: 0.1},
        prices={"AAPL": 100.0, "GE": 50.0, "KO": 60.0},
        cost_rate=0.001,
    )
    # Worth 1325: AAPL 662.50 is 6.6 shares, KO 530 is 8.8 shares; of GE the half share stays.
    assert answer.trades == (
        Trade("AAPL", "sell", 3, 10_000),
        Trade("GE", "sell", 4, 5_000),
        Trade("KO", "buy", 9, 6_000),
    )
    assert (answer.value_cents, answer.traded_cents, answer.cost_cents) == (132_500, 104_000, 104)
    assert answer.cash_cents == 10_000 + 30_000 + 20_000 - 54_000 - 104
    assert answer.positions_cents == {"AAPL": 70_000, "GE": 2_500, "KO": 54_000}
    weights = answer.weights()
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["AAPL"] == pytest.approx(70_000 / 132_396)


def test_small_trades_are_skipped_and_named():
    arguments: dict[str, Any] = {
        "held": {"AAPL": 10, "GE": 20},
        "cash": 0.0,
        "target_weights": {"AAPL": 0.52, "GE": 0.48, CASH: 0.0},
        "prices": {"AAPL": 100.0, "GE": 50.0},
        "cost_rate": 0.0,
    }
    answer = whole_share_trades(**arguments, minimum=45.0)
    assert [trade.symbol for trade in answer.trades] == ["GE"]
    assert answer.skipped == ()  # AAPL's 40 dollars are less than half a share: no trade at all
    assert answer.turnover == pytest.approx(0.025)  # of 2000 dollars
    answer = whole_share_trades(**arguments, minimum=55.0)
    assert (answer.trades, answer.skipped) == ((), ("GE",))
    assert answer.left_out == (Trade("GE", "sell", 1, 5_000),)
    assert answer.turnover == 0


def test_the_largest_buy_is_cut_where_rounding_asks_for_more_than_there_is():
    answer = whole_share_trades(
        held={},
        cash=1000.0,
        target_weights={"A": 0.56, "B": 0.44, CASH: 0.0},
        prices={"A": 100.0, "B": 80.0},
        cost_rate=0.001,
    )
    # Nearest are 6 of A and 6 of B (5.5 rounds to even): 1080 and cost are 81.08 too much, one share of A.
    assert {trade.symbol: trade.shares for trade in answer.trades} == {"A": 5, "B": 6}
    assert answer.cash_cents == 100_000 - 98_000 - 98


def test_a_buy_cut_below_the_minimum_is_dropped():
    arguments: dict[str, Any] = {
        "held": {},
        "cash": 99.0,
        "target_weights": {"A": 1.0, CASH: 0.0},
        "prices": {"A": 50.0},
    }
    answer = whole_share_trades(**arguments, cost_rate=0.0, minimum=60.0)
    assert answer.trades == ()
    assert answer.cash_cents == 9_900
    assert answer.left_out == (Trade("A", "buy", 1, 5_000),), "what cash pays for is too small"
    unaffordable = whole_share_trades(**{**arguments, "cash": 26.0}, cost_rate=0.0, minimum=10.0)
    assert (unaffordable.trades, unaffordable.left_out) == ((), ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cash": -1.0}, "Cash is -1.0"),
        ({"cash": nan}, "Cash is nan"),
        ({"minimum": inf}, "minimum trade size is inf"),
        ({"cost_rate": 1.0}, "cost rate is 1.0"),
        ({"cost_rate": -0.5}, "cost rate is -0.5"),
        ({"cash": -0.5}, "Cash is -0.5"),
        ({"held": {"A": -0.5}}, "A: -0.5 shares"),
        ({"target_weights": {"A": 0.9, "B": 0.6, CASH: -0.5}, "prices": {"A": 1.0, "B": 1.0}}, "sum to 1"),
        ({"held": {"A": -2.0}}, "A: -2.0 shares"),
        ({"held": {"A": nan}}, "A: nan shares"),
        ({"held": {"Z": 1.0}}, "Z has no price"),
        ({"prices": {"A": 0.004}}, "A has no price of a cent"),
        ({"target_weights": {"A": 0.5, CASH: 0.4}}, "sum to 1"),
        ({"target_weights": {"A": 1.5, CASH: -0.5}}, "sum to 1"),
        ({"cash": 0.0}, "portfolio is empty"),
    ],
)
def test_what_is_no_portfolio_is_refused(change, message):
    sound: dict[str, Any] = {
        "held": {},
        "cash": 5.0,
        "target_weights": {"A": 0.5, CASH: 0.5},
        "prices": {"A": 1.0},
    }
    with pytest.raises(SettingsError, match=message):
        whole_share_trades(**{**sound, "cost_rate": 0.001, **change})


def test_a_trade_of_exactly_the_minimum_is_made():
    arguments: dict[str, Any] = {
        "held": {},
        "target_weights": {"A": 1.0, CASH: 0.0},
        "prices": {"A": 50.0},
        "cost_rate": 0.0,
    }
    (trade,) = whole_share_trades(**arguments, cash=100.0, minimum=100.0).trades
    assert (trade.shares, trade.value_cents) == (2, 10_000)
    answer = whole_share_trades(**arguments, cash=100.0, minimum=100.01)
    assert (answer.trades, answer.skipped) == ((), ("A",))
    # 125 dollars are nearest to 2 shares of 62.50 and a cost that is missing: one is left, worth the minimum.
    arguments |= {"prices": {"A": 62.5}, "cost_rate": 0.001, "cash": 125.0}
    (trade,) = whole_share_trades(**arguments, minimum=62.5).trades
    assert trade.shares == 1
    assert whole_share_trades(**arguments, minimum=62.51).trades == ()


@pytest.mark.parametrize("amount", [0.0, 1e13])
def test_amounts_end_at_nothing_and_where_a_float_no_longer_holds_a_cent(amount):
    sound: dict[str, Any] = {"target_weights": {"A": 0.0, CASH: 1.0}, "prices": {"A": 1.0}, "cost_rate": 0.0}
    assert whole_share_trades(held={"A": amount}, cash=5.0, **sound).cash_cents == 500 + round(amount * 100)
    assert whole_share_trades(held={"A": 5.0}, cash=amount, **sound).cash_cents == 500 + round(amount * 100)
    assert whole_share_trades(held={}, cash=5.0, minimum=amount, **sound).cash_cents == 500
    beyond = 1e13 + 1
    for held, cash, minimum in ((beyond, 5.0, 0.0), (5.0, beyond, 0.0), (5.0, 5.0, beyond)):
        with pytest.raises(SettingsError):
            whole_share_trades(held={"A": held}, cash=cash, minimum=minimum, **sound)


def test_the_dearest_and_the_cheapest_price_can_be_paid():
    sound: dict[str, Any] = {"held": {}, "target_weights": {"A": 1.0, CASH: 0.0}, "cost_rate": 0.0}
    assert whole_share_trades(cash=1.0, prices={"A": 0.01}, **sound).trades[0].shares == 100
    assert whole_share_trades(cash=1e13, prices={"A": 1e13}, **sound).trades[0].shares == 1
    with pytest.raises(SettingsError, match="no price"):
        whole_share_trades(cash=1.0, prices={"A": 1.001e13}, **sound)


def test_weights_sum_to_one_up_to_rounding():
    sound: dict[str, Any] = {"held": {}, "cash": 100.0, "prices": {"A": 1.0}, "cost_rate": 0.0}
    for off in (-0.9e-6, 0.9e-6):
        assert whole_share_trades(target_weights={"A": 1.0 + off}, **sound).trades[0].shares == 100
    for off in (-2e-6, 2e-6):
        with pytest.raises(SettingsError, match="sum to 1"):
            whole_share_trades(target_weights={"A": 1.0 + off}, **sound)


def test_where_the_cost_eats_everything_no_weights_are_left():
    answer = whole_share_trades(
        held={"A": 1}, cash=0.0, target_weights={CASH: 1.0}, prices={"A": 0.01}, cost_rate=0.5
    )
    assert (answer.value_cents, answer.cost_cents, answer.cash_cents) == (1, 1, 0)
    assert answer.weights() == {}


def test_the_next_largest_buy_is_cut_where_the_largest_does_not_suffice():
    answer = whole_share_trades(
        held={"D": 0.9},
        cash=200.0,
        target_weights={"A": 0.4, "B": 0.35, "C": 0.25, CASH: 0.0},
        prices={"A": 150.0, "B": 120.0, "C": 90.0, "D": 200.0},
        cost_rate=0.0,
    )
    # Worth 380 with a fraction that stays: nearest are one of each, 160 more than there is. Without A the
    # 10 that are missing take B, too.
    assert [(trade.symbol, trade.shares) for trade in answer.trades] == [("C", 1)]
    assert answer.cash_cents == 11_000


def test_reference_prices_are_the_closes_of_the_decision_to_the_cent():
    closes = random_closes(first="2018-01-02", last="2018-12-28")
    panel = panel_of(closes)
    expected = closes.loc[str(panel.decisions[7])].round(2).to_dict()
    assert reference_prices(panel, 7) == expected
