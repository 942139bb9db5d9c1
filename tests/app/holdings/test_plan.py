import csv
import dataclasses
from io import StringIO

import pytest

from app.holdings.plan import planned
from app.holdings.portfolio import Portfolio, Position
from app.ui.weights.tables import orders_csv, side_by_side, trades, why
from sac.config import SIGNALS
from sac.explanation import explain
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import panel_of

PANEL = panel_of(CLOSES)
STEP = PANEL.step_at("2018-06-20")
PORTFOLIO = Portfolio(5_000.0, (Position("S01", shares=80.5), Position("S02", value=1_234.56)), "sell", 25.0)


@pytest.fixture(scope="module")
def version(small_version):
    return small_version


@pytest.fixture(scope="module")
def plan(version):
    return planned(version, PANEL, PORTFOLIO, STEP)


def test_advice_and_orders_are_about_the_same_portfolio(plan):
    price = plan.advice.prices["S01"]
    wealth = 5_000 + 80.5 * price + 1_234.56
    assert plan.orders.value_cents / 100 == pytest.approx(wealth, abs=0.011)
    now = {change.symbol: change.current_weight for change in plan.advice.weight_changes}
    assert now["S01"] == pytest.approx(80.5 * price / wealth, abs=1e-6)
    after = plan.orders.weights()
    assert after == pytest.approx(plan.advice.target_weights, abs=0.02)


def test_the_file_of_orders_names_everything_that_a_broker_or_an_auditor_asks(plan):
    rows = list(csv.DictReader(StringIO(orders_csv(plan))))
    columns = ("date", "symbol", "side", "shares", "reference_price", "value", "version", "reference_date")
    assert tuple(rows[0]) == columns
    assert len(rows) == len(plan.orders.trades) >= 5
    for row, trade in zip(rows, plan.orders.trades, strict=True):
        assert (row["symbol"], row["side"], row["shares"]) == (
            trade.symbol,
            trade.side.upper(),
            str(trade.shares),
        )
        assert float(row["shares"]) * float(row["reference_price"]) == pytest.approx(float(row["value"]))
        assert (row["date"], row["reference_date"]) == ("2018-06-18", "2018-06-15")
        assert row["version"] == plan.advice.model_version


def test_without_orders_the_file_holds_its_columns(version):
    idle = planned(version, PANEL, Portfolio(100.0, minimum=1_000.0), STEP)
    assert idle.orders.trades == ()
    assert orders_csv(idle).startswith("date,symbol,side")


def test_the_table_shows_how_far_whole_shares_miss_the_target(plan):
    table = trades(plan).set_index("symbol")
    price = plan.advice.prices["S00"]
    target = plan.advice.target_weights["S00"] * plan.orders.value_cents / 100
    assert table["off_target"]["S00"] == pytest.approx(table["shares"]["S00"] * price - target, abs=0.01)
    assert table["off_target"].sum() == pytest.approx(-plan.orders.cost_cents / 100, abs=0.01)


def test_what_nobody_knows_is_left_out_and_what_some_lack_is_missing(version, plan):
    assert not set(SIGNALS) & set(why(explain(version, PANEL, STEP, plan.advice)))
    signals = PANEL.signals.copy()
    signals[:, 2, 0] = 0.5
    table = why(explain(version, dataclasses.replace(PANEL, signals=signals), STEP, plan.advice))
    assert table["news_sentiment"].isna().tolist() == [True, True, False, True, True, True]
    assert table["forecast"][3] == pytest.approx(100 * plan.advice.forecasts["S03"])


def test_variants_stand_beside_what_is_held(plan):
    table = side_by_side({"sac_lstm": plan, "ppo_lstm": plan})
    assert list(table.columns) == ["Now", "SAC + LSTM", "PPO + LSTM"]
    assert table.sum().tolist() == pytest.approx([100, 100, 100])
