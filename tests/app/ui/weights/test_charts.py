"""The picture of the trades, and what is said of a recorded week, from invented weights."""

import dataclasses

import pytest

from app.ui.weights import past
from app.ui.weights.charts import trade_bars
from sac.portfolio import equal_weights
from sac.recorded import recorded_week


def test_many_trades_are_the_largest_of_them_and_say_so():
    names = [f"S{i:03d}" for i in range(200)]
    now = dict.fromkeys(names, 0.004) | {"CASH": 0.2}
    target = {name: 0.004 + (i - 100) * 1e-5 * (i % 7) for i, name in enumerate(names)} | {"CASH": 0.2}
    chart = trade_bars(now, target)
    [bars] = chart.figure.data
    assert len(bars.y) == 30
    gaps = {name: target[name] - now[name] for name in names}
    assert {*bars.y} == {*sorted(names, key=lambda name: -abs(gaps[name]))[:30]}
    seen = sum(abs(gap) >= 0.0005 for gap in gaps.values())
    assert f"30 largest of {seen}" in chart.figure.layout.xaxis.title.text
    assert chart.figure.layout.height < 900


def test_what_one_decimal_does_not_show_is_no_trade():
    assert trade_bars({"A": 0.5, "B": 0.3, "CASH": 0.2}, {"A": 0.5004, "B": 0.3, "CASH": 0.1996}) is None
    chart = trade_bars({"A": 0.5, "B": 0.3, "CASH": 0.2}, {"A": 0.2, "CASH": 0.8})
    assert [*chart.figure.data[0].x] == pytest.approx([-30, -30])
    assert "2 stocks differ from it, most of all A, by -30.0 pp" in chart.alt


def test_of_six_hundred_stocks_two_decimals_are_seen():
    names = [f"S{i:03d}" for i in range(600)]
    now = dict.fromkeys(names, 1 / 601) | {"CASH": 1 / 601}
    chart = trade_bars(now, now | {"S007": 1 / 601 + 0.0004, "CASH": 1 / 601 - 0.0004})
    assert [*chart.figure.data[0].customdata[0]] == ["+0.04 pp", "0.17 %", "0.21 %"]


def test_a_recorded_week_says_what_it_held_and_how_far_it_went(small_version):
    week = recorded_week(small_version, "2018-06-15")
    constraints = small_version.settings.constraints
    equal = dict(zip(week.target_weights, equal_weights(6, constraints).tolist(), strict=True))
    idle = dataclasses.replace(week, target_weights=equal, conviction=0.0, turnover=0.004)
    told = past.state(small_version, idle)
    assert told.startswith("From the record: SAC + LSTM held equal weight; one-sided turnover 0.2 %.")
    assert "held most in" in past.state(small_version, week)
    assert "conviction of 0 %: the record held equal weight" in past.followed(idle)
    assert "without reserve" in past.followed(week)
    part = dataclasses.replace(week, conviction=0.4, agents_weights=None)
    assert past.followed(part).endswith("Their own weights were not stored.")
