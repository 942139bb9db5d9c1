from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.evidence.comparison import (
    active_weights,
    baselines,
    calendar_months,
    calendar_years,
    common_weeks,
    followed_by,
    on_weeks,
    rerun,
    rolling_excess,
    weekly_returns,
    weekly_weights,
)
from sac.portfolio import BuyAndHold, Cash, EqualWeight, all_cash, backtest, index_backtest
from sac.portfolio.risk_based import RiskBased
from tests.support.synthetic import random_panel

CONSTRAINTS = Constraints()
STEPS = range(20, 124)


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)


def all_rows(result):
    return np.arange(len(result.net))


def tilted(panel, steps=STEPS):
    """A walk that trades every week."""

    class Tilted:
        name = "Tilted"

        def allocate(self, panel, step, weights):
            share = np.roll([0.20, 0.18, 0.16, 0.16, 0.14, 0.14], step % 6)
            return np.append(share, 0.02)

    return backtest(Tilted(), panel, steps, CONSTRAINTS)


def test_baselines_from_the_record_are_those_of_the_panel(panel):
    recorded = tilted(panel)
    fitted = backtest(RiskBased("HRP", CONSTRAINTS, STEPS.start), panel, STEPS, CONSTRAINTS)
    rebuilt = baselines(recorded, all_rows(recorded), CONSTRAINTS, [fitted])
    rules = (EqualWeight(CONSTRAINTS), BuyAndHold(CONSTRAINTS), Cash())
    first, second, last = (backtest(rule, panel, STEPS, CONSTRAINTS) for rule in rules)
    for walk, true in zip(rebuilt, (first, second, fitted, last), strict=True):
        assert walk.name == true.name
        np.testing.assert_allclose(walk.net, true.net, rtol=0, atol=1e-14)
        np.testing.assert_allclose(walk.weights, true.weights, rtol=0, atol=1e-14)
        np.testing.assert_allclose(walk.turnover, true.turnover, rtol=0, atol=1e-14)


def test_a_version_over_all_its_weeks_is_its_record(panel):
    recorded = tilted(panel)
    again = on_weeks("again", recorded, all_rows(recorded), CONSTRAINTS)
    np.testing.assert_allclose(again.net, recorded.net, rtol=0, atol=1e-14)
    np.testing.assert_allclose(again.turnover, recorded.turnover, rtol=0, atol=1e-14)


def test_only_weeks_that_all_have_are_compared(panel):
    early, late = tilted(panel, range(20, 72)), tilted(panel, range(46, 98))
    rows = common_weeks({"early": early, "late": late})
    assert len(rows["early"]) == len(rows["late"]) == 26
    np.testing.assert_array_equal(early.fills[rows["early"]], late.fills[rows["late"]])
    shortened = on_weeks("early", early, rows["early"], CONSTRAINTS)
    assert shortened.turnover[0] == pytest.approx(0.98), "it starts in cash there, like all strategies"
    apart = common_weeks({"early": early, "later": tilted(panel, range(100, 110))})
    assert len(apart["early"]) == len(apart["later"]) == 0


def test_a_fitted_baseline_on_some_weeks_starts_in_cash_and_an_index_never_pays(panel):
    recorded, rows = tilted(panel), np.arange(30, 60)
    fitted = backtest(RiskBased("HRP", CONSTRAINTS, STEPS.start), panel, STEPS, CONSTRAINTS)
    levels = pd.Series(np.linspace(100, 150, len(panel.sessions)), pd.DatetimeIndex(panel.sessions))
    index = index_backtest("Index", levels, panel, STEPS)
    *_, hrp, cut, cash = baselines(recorded, rows, CONSTRAINTS, [fitted, index])
    assert hrp.turnover[0] == pytest.approx(1.0 - fitted.weights[30, -1])
    np.testing.assert_array_equal(hrp.weights, fitted.weights[30:60])
    np.testing.assert_allclose(hrp.net[1:], fitted.net[31:60], rtol=0, atol=1e-14)
    np.testing.assert_allclose(cut.net, index.net[30:60], rtol=0, atol=1e-15)
    assert not cut.turnover.any()
    np.testing.assert_array_equal(cash.wealth, 1.0)


def test_members_are_cut_to_the_same_weeks(panel):
    recorded = tilted(panel)
    other = replace(recorded, net=recorded.net * 2)
    recorded = recorded.with_members([recorded, other], CONSTRAINTS.cost_rate)
    cut = on_weeks("cut", recorded, np.arange(10, 30), CONSTRAINTS)
    np.testing.assert_array_equal(cut.members[1:, 1], recorded.members[11:30, 1])
    assert baselines(recorded, np.arange(10, 30), CONSTRAINTS)[0].members.shape == (20, 0)


def test_on_a_shortened_range_members_start_in_cash_like_their_committee(panel):
    recorded = tilted(panel).with_members([tilted(panel)], CONSTRAINTS.cost_rate)
    for rows in (np.arange(10, 30), np.arange(len(STEPS))):
        cut = on_weeks("cut", recorded, rows, CONSTRAINTS)
        np.testing.assert_allclose(cut.members[:, 0], cut.net, rtol=0, atol=1e-15)
    assert recorded.members[10, 0] != recorded.entries[10, 0]


def test_two_records_follow_one_another_and_are_walked_as_one(panel):
    whole = tilted(panel).with_members([tilted(panel)], CONSTRAINTS.cost_rate)
    rows = np.arange(len(STEPS))
    first, later = (on_weeks("part", whole, part, CONSTRAINTS) for part in (rows[:40], rows[40:]))
    again = on_weeks("whole", followed_by(first, later), rows, CONSTRAINTS)
    np.testing.assert_allclose(again.net, whole.net, rtol=0, atol=1e-15)
    alone = replace(later, members=later.members[:, :0], entries=later.entries[:, :0])
    assert followed_by(first, alone).members.shape == (len(STEPS), 0)


def test_calendar_years_compound_to_the_whole(panel):
    results = [tilted(panel)]
    years = calendar_years(results)
    assert years["Weeks"].sum() == len(STEPS)
    assert np.prod(1.0 + years["Tilted"]) == pytest.approx(results[0].wealth[-1])


def test_the_rolling_excess_is_how_far_a_dollar_got_ahead(panel):
    result = tilted(panel)
    benchmark = backtest(EqualWeight(CONSTRAINTS), panel, STEPS, CONSTRAINTS)
    ahead = rolling_excess(result, benchmark, 26)
    assert len(ahead) == len(result.net) - 25
    own, other = (np.prod(1.0 + one.net[10:36]) for one in (result, benchmark))
    assert ahead[10] == pytest.approx(own / other - 1.0)
    assert not rolling_excess(result, result, 26).any()
    assert len(rolling_excess(result, benchmark, 105)) == 0


def test_downloads_hold_every_week_and_weight(panel):
    result = tilted(panel)
    returns, weights = weekly_returns([result]), weekly_weights([result])
    assert list(returns["traded_at_close"]) == [pd.Timestamp(day) for day in result.fills]
    np.testing.assert_array_equal(returns["Tilted"], result.net)
    np.testing.assert_array_equal(weights.loc["Tilted"].to_numpy(), result.weights)


def test_a_rule_that_does_not_trade_keeps_what_the_week_made_of_its_weights(panel):
    recorded = tilted(panel)
    rows = np.arange(3, 9)
    seen = []

    def rule(row, held):
        seen.append((row, held))
        return recorded.weights[3] if row == 3 else None

    result = rerun("Once", rule, recorded, rows, CONSTRAINTS)
    assert [row for row, _ in seen] == rows.tolist()
    np.testing.assert_array_equal(seen[0][1], all_cash(6))
    kept = recorded.weights[3] * recorded.growth[3:5].prod(axis=0)
    np.testing.assert_allclose(seen[2][1], kept / kept.sum(), atol=1e-14)
    assert result.turnover[0] == pytest.approx(0.98)
    np.testing.assert_allclose(result.turnover[1:], 0.0, atol=1e-14)
    np.testing.assert_array_equal(result.decisions, recorded.decisions[3:9])
    np.testing.assert_allclose(result.gross[0], recorded.weights[3] @ recorded.growth[3] - 1)
    assert result.net[0] == pytest.approx((1 - 0.001 * 0.98) * (1 + result.gross[0]) - 1)


def test_calendar_years_are_those_in_which_weeks_end(panel):
    result = tilted(panel)
    table = calendar_years([result])
    assert table["Year"].tolist() == ["2015", "2016", "2017"]
    ends = result.ends.astype("datetime64[Y]").astype(str)
    for row in table.itertuples():
        inside = ends == row.Year
        assert row.Weeks == inside.sum()
        assert row.Tilted == pytest.approx(np.prod(1.0 + result.net[inside]) - 1.0)


def test_an_index_is_in_the_returns_and_not_in_the_weights(panel):
    levels = pd.Series(np.linspace(100, 150, len(panel.sessions)), pd.DatetimeIndex(panel.sessions))
    results = [tilted(panel), index_backtest("Index", levels, panel, STEPS)]
    returns, weights = weekly_returns(results), weekly_weights(results)
    assert list(returns) == ["decision", "traded_at_close", "measured_at_close", "Tilted", "Index"]
    assert set(weights.index.get_level_values("strategy")) == {"Tilted"}
    assert list(weights) == [*panel.symbols, "CASH"]
    np.testing.assert_array_equal(returns["decision"], results[0].decisions)
    np.testing.assert_array_equal(returns["measured_at_close"], results[0].ends)


def test_the_excess_is_that_of_half_a_year_unless_told_otherwise(panel):
    result, benchmark = tilted(panel), backtest(EqualWeight(CONSTRAINTS), panel, STEPS, CONSTRAINTS)
    np.testing.assert_array_equal(rolling_excess(result, benchmark), rolling_excess(result, benchmark, 26))
    whole = rolling_excess(result, benchmark, 104)
    assert whole == pytest.approx([result.wealth[-1] / benchmark.wealth[-1] - 1.0])


def test_weeks_are_common_by_their_fill_and_their_end(panel):
    result = tilted(panel)
    late = replace(result, ends=result.ends + np.timedelta64(1, "D"))
    assert len(common_weeks({"one": result, "other": late})["one"]) == 0
    alone = common_weeks({"one": result})["one"]
    np.testing.assert_array_equal(alone, np.arange(len(result.net)))


def test_months_without_a_week_are_unknown_and_the_others_compound_to_the_whole(panel):
    months = calendar_months(backtest(Cash(), panel, range(0, 3), CONSTRAINTS))
    assert months.shape[1] == 12
    assert months.notna().to_numpy().sum() <= 2
    record = tilted(panel)
    compounded = np.prod(1.0 + np.nan_to_num(calendar_months(record).to_numpy()))
    assert compounded == pytest.approx(record.wealth[-1])


def test_active_weights_are_what_equal_weight_does_not_hold(panel):
    record = tilted(panel)
    active = active_weights(record, CONSTRAINTS)
    assert list(active.columns) == [*panel.symbols, "CASH"]
    np.testing.assert_allclose(active.sum(axis=1), 0.0, atol=1e-12)
    assert active.iloc[0, 0] == pytest.approx(record.weights[0, 0] - 0.98 / 6)
    equal = baselines(record, all_rows(record), CONSTRAINTS)[0]
    np.testing.assert_allclose(active_weights(equal, CONSTRAINTS), 0.0, atol=1e-12)
