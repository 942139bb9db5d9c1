import csv
import dataclasses
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from app.holdings.plan import planned, respelled
from app.holdings.portfolio import Portfolio, Position
from app.ui.weights.tables import orders, orders_csv, side_by_side, targets, why
from sac.book import ChampionDecider
from sac.config import SIGNALS
from sac.explanation import explain
from sac.portfolio.risk import risk_of
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
    return planned(ChampionDecider(version), PANEL, PORTFOLIO, STEP)


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
    idle = planned(ChampionDecider(version), PANEL, Portfolio(100.0, minimum=1_000.0), STEP)
    assert idle.orders.trades == ()
    assert orders_csv(idle).startswith("date,symbol,side")


def test_targets_stand_by_size_with_cash_last_and_no_risk_where_none_is_known(plan):
    advice = plan.advice
    now = {change.symbol: change.current_weight for change in advice.weight_changes}
    table = targets(now, advice.target_weights, after=plan.orders.weights())
    assert table["symbol"].iloc[-1] == "CASH"
    assert table["target"][:-1].is_monotonic_decreasing
    assert set(table) == {"symbol", "now", "target", "after", "risk"}
    assert table["risk"].isna().all()
    shown = table.set_index("symbol")
    for column, weights in (("now", now), ("after", plan.orders.weights())):
        assert shown[column].to_dict() == {name: round(100 * weights[name], 1) for name in now}


def test_shares_of_risk_sum_to_the_whole_and_stand_with_their_stocks():
    target = {"A": 0.2, "B": 0.5, "CASH": 0.3}
    risk = risk_of(np.array([0.2, 0.5]), np.array([0.4, 0.4]), np.diag([0.0016, 0.0001]))
    table = targets(dict.fromkeys(target, 0.1), target, agents=target, risk=risk)
    assert table["symbol"].tolist() == ["B", "A", "CASH"]
    assert table["risk"].tolist() == [28.1, 71.9, 0.0], "0.25 to 0.64"
    nothing = risk_of(np.zeros(2), np.zeros(2), np.eye(2))
    assert targets(target, target, risk=nothing)["risk"].isna().all()


def test_weights_of_many_stocks_have_a_second_decimal():
    names = [f"S{number:03}" for number in range(600)]
    target = dict.fromkeys(names, 0.98 / 600) | {"CASH": 0.02}
    table = targets(target, target | {"S007": 0.0031})
    assert table["target"][:2].tolist() == [0.31, 0.16]
    assert table["symbol"][0] == "S007"
    assert side_by_side({"sac_lstm": target}).iloc[0, 0] == 0.16


def test_what_nobody_knows_is_left_out_and_what_some_lack_is_missing(version, plan):
    assert not set(SIGNALS) & set(why(explain(version, PANEL, STEP, plan.advice)))
    signals = PANEL.signals.copy()
    signals[:, 2, 0] = 0.5
    table = why(explain(version, dataclasses.replace(PANEL, signals=signals), STEP, plan.advice))
    assert table["news_sentiment"].isna().tolist() == [True, True, False, True, True, True]
    assert table["forecast"][3] == pytest.approx(100 * plan.advice.forecasts["S03"])


def test_variants_stand_beside_what_is_held(plan):
    both = dict.fromkeys(("sac_lstm", "ppo_lstm"), plan.advice.target_weights)
    now = {change.symbol: change.current_weight for change in plan.advice.weight_changes}
    table = side_by_side(both, now)
    assert list(table.columns) == ["Now", "SAC + LSTM", "PPO + LSTM"]
    assert table.index[-1] == "CASH"
    assert table.sum().tolist() == pytest.approx([100, 100, 100], abs=0.3)
    assert list(side_by_side(both).columns) == ["SAC + LSTM", "PPO + LSTM"]


def new_york(moment):
    return pd.Timestamp(moment, tz="America/New_York")


@pytest.mark.parametrize(
    ("moment", "filled", "over"),
    [
        ("2019-12-30 15:59", False, False),
        ("2019-12-30 16:00", True, False),
        ("2020-01-03 15:59", True, False),
        ("2020-01-03 16:00", False, True),
        ("2020-01-16 09:00", False, True),
    ],
)
def test_orders_are_late_after_their_session_and_gone_after_their_week(plan, moment, filled, over):
    behind = int(moment >= "2020-01-03")
    week = {"target_week_start": "2019-12-30", "target_week_end": "2020-01-03"}
    advice = dataclasses.replace(plan.advice, historic=False, weeks_behind=behind, **week)
    now = new_york(moment)
    own = dataclasses.replace(plan, advice=advice)
    assert (own.filled(now), own.over(now)) == (filled, over)
    demo = dataclasses.replace(own, demo=True)
    assert (demo.filled(now), demo.over(now)) == (False, False)


def test_history_is_over(plan):
    assert plan.advice.historic
    assert plan.over()


def test_orders_go_out_in_the_spelling_that_came_in(plan):
    spelled = dataclasses.replace(plan, holdings=dataclasses.replace(plan.holdings, spelling={"S01": "S.01"}))
    rows = list(csv.DictReader(StringIO(orders_csv(spelled))))
    assert "S.01" in {row["symbol"] for row in rows}
    assert "S01" not in {row["symbol"] for row in rows}
    assert "S.01" in orders(spelled.orders.trades, spelled)["symbol"].tolist()
    advice = respelled(plan.advice, {"S01": "S.01"})
    assert list(advice.target_weights)[1] == "S.01"
    assert advice.weight_changes[1].symbol == "S.01"
