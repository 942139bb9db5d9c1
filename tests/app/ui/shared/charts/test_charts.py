from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.ui.data.coverage import known_shares
from app.ui.shared.charts import (
    active,
    attribution,
    figure,
    forecasts,
    growth,
    members,
    returns,
    weights,
)
from sac.config import Constraints
from sac.evidence import drawdown, edge, edge_by_asset, rolling_sharpe, rolling_volatility, tails
from sac.evidence.comparison import active_weights, baselines, calendar_months, calendar_years
from sac.forecast.skill import ForecastSkill
from sac.portfolio import EqualWeight, backtest
from tests.support.backtests import random_walk
from tests.support.synthetic import random_panel


@pytest.fixture(scope="module")
def walks():
    constraints = Constraints()
    folds = np.repeat([1, 2], 20)
    walk = backtest(
        EqualWeight(constraints, name="SAC + LSTM"), random_panel(), range(10, 50), constraints, folds
    )
    walk = replace(walk, members=np.stack([walk.net - 0.001, walk.net + 0.001], axis=1))
    return [walk, *baselines(walk, np.arange(40), constraints)]


def test_a_strategy_has_one_colour_in_every_chart(walks):
    palette = figure.colours([walk.name for walk in walks])
    assert len(set(palette.values())) == len(walks)
    for draw in (growth.equity, growth.drawdowns, growth.turnover):
        for trace in draw(walks).figure.data:
            assert trace.line.color == palette[trace.name]


def test_equity_is_logarithmic_and_starts_at_one_dollar(walks):
    figure = growth.equity(walks).figure
    assert figure.layout.yaxis.type == "log"
    for trace, walk in zip(figure.data, walks, strict=True):
        assert trace.y[0] == 1.0
        np.testing.assert_array_equal(trace.y, walk.wealth)
    assert [line.x0 for line in figure.layout.shapes] == [str(walks[0].fills[0]), str(walks[0].fills[20])]


@pytest.mark.parametrize(("low", "high"), [(0.97, 1.04), (0.6, 3.5), (0.2, 90.0)])
def test_log_ticks_are_few_and_cover_the_data(low, high):
    ticks = growth._log_ticks(low, high)
    assert 3 <= len(ticks) <= 11
    assert min(ticks) <= low * 1.1
    assert max(ticks) >= high


def test_drawdown_is_never_positive_and_says_its_depth(walks):
    chart = growth.drawdowns(walks)
    assert max(max(trace.y) for trace in chart.figure.data) <= 0
    assert f"{drawdown(walks[0].net).min() * 100:.1f} %" in chart.alt


def bets_of(walk):
    return active_weights(walk, Constraints())


def test_active_weights_are_drawn_with_the_largest_position_on_top(walks):
    rng = np.random.default_rng(0)
    held = np.sort(rng.dirichlet(np.ones(len(walks[0].symbols) + 1), 40), axis=1)  # the last stock is largest
    tilted = replace(walks[0], weights=held)
    [cells] = active.active_weights(tilted, bets_of(tilted)).figure.data
    assert list(cells.y) == [*reversed(walks[0].symbols), "CASH"]
    np.testing.assert_allclose(np.sum(cells.z, axis=0), 0.0, atol=1e-9)
    assert cells.z[0][0] == pytest.approx(100 * (held[0, -2] - 0.2)), "four stocks at their cap"
    assert cells.zmax == -cells.zmin == pytest.approx(np.abs(cells.z[:-1]).max())


def test_two_hundred_stocks_share_a_row_beyond_the_largest_thirty():
    names = tuple(f"S{number:03}" for number in range(200))
    record = random_walk(0, weeks=30)
    weights = np.random.default_rng(0).dirichlet(np.ones(201), 30)
    many = replace(record, symbols=names, weights=weights)
    chart = active.active_weights(many, bets_of(many))
    [cells] = chart.figure.data
    assert list(cells.y[-2:]) == ["170 others", "CASH"]
    assert len(cells.y) == 32
    assert cells.zmax == pytest.approx(np.abs(cells.z[:30]).max()), "one stock is seen beside 170 others"
    np.testing.assert_allclose(np.sum(cells.z, axis=0), 0.0, atol=1e-9)
    assert chart.figure.layout.height < 700


def test_six_hundred_stocks_share_a_bar_beyond_those_that_matter_most():
    names = [f"S{number:03}" for number in range(600)]
    lead = pd.Series(np.random.default_rng(0).normal(0.0, 1e-3, 602), [*names, "CASH", "Costs"])
    chart = attribution.edge_by_stock(lead, "SAC", "Equal weight")
    [bars] = chart.figure.data
    assert len(bars.y) == 33
    assert {"570 others", "CASH", "Costs"} < {*bars.y}
    assert sum(bars.x) == pytest.approx(100 * lead.sum()), "nothing of the edge is left out"
    assert {*bars.y} >= {*lead[names].abs().nlargest(30).index}
    assert str(lead.idxmax()) in chart.alt
    assert chart.figure.layout.height < 900


def test_six_hundred_weights_before_and_after_are_those_that_change_most():
    names = [f"S{number:03}" for number in range(600)]
    before, after = (np.random.default_rng(seed).dirichlet(np.ones(601)) for seed in (0, 1))
    now, target = (dict(zip([*names, "CASH"], each.tolist(), strict=True)) for each in (before, after))
    for bars, whole in zip(weights.before_after(now, target).figure.data, (now, target), strict=True):
        assert list(bars.x[-2:]) == ["570 others", "CASH"]
        assert len(bars.x) == 32
        assert sum(bars.y) == pytest.approx(1.0)
        assert bars.y[0] == whole[bars.x[0]]
    small = {"A": 0.5, "B": 0.3, "CASH": 0.2}
    assert list(weights.before_after(small, small).figure.data[0].x) == ["A", "B", "CASH"]


def test_six_hundred_symbols_show_those_of_which_least_is_known():
    table = pd.DataFrame(1.0, [f"S{number:03}" for number in range(600)], [2024, 2025])
    table.loc["S555", 2024] = 0.25
    chart = known_shares(table, "close")
    [cells] = chart.figure.data
    assert list(cells.y[-2:]) == ["S555", "560 others"]
    assert list(cells.z[-2]) == [0.25, 1.0]
    assert len(cells.y) == 41
    assert "on average 99.9 %" in chart.alt, "of all, not of what is shown"


def test_years_have_a_bar_per_strategy_and_those_of_baselines_are_hatched(walks):
    for bars, walk in zip(returns.years(walks).figure.data, walks, strict=True):
        assert list(bars.y) == list(calendar_years([walk])[walk.name])
        assert bool(bars.marker.pattern.shape) == (walk.name in figure.BASELINE_COLOURS)


def test_months_are_cells_and_the_best_and_the_worst_are_said(walks):
    chart = returns.months(walks[0])
    [cells] = chart.figure.data
    np.testing.assert_array_equal(cells.z, calendar_months(walks[0]).to_numpy())
    known = np.array(cells.z)[np.isfinite(cells.z)]
    for extreme in (known.max(), known.min()):
        assert f"{extreme * 100:.1f} %" in chart.alt


def test_the_distribution_counts_every_week_and_marks_its_tail(walks):
    chart = returns.distribution(walks[0], walks[2])
    for drawn in chart.figure.data:
        assert sum(drawn.y) == len(walks[0].net)
    found = tails(walks[0].net)
    assert [line.x0 for line in chart.figure.layout.shapes] == [found.var, found.cvar]
    [alone] = returns.distribution(walks[1], walks[1]).figure.data
    assert alone.name == walks[1].name


def test_rolling_figures_begin_when_their_weeks_are_full(walks):
    for draw, figures in ((growth.volatility, rolling_volatility), (growth.sharpe, rolling_sharpe)):
        line = draw(walks).figure.data[0]
        assert str(line.x[0])[:10] == str(walks[0].ends[25])
        np.testing.assert_array_equal(line.y, figures(walks[0].net, 26))


def test_forecasters_stand_side_by_side_with_their_errors():
    years = [ForecastSkill(2020, 52, 0.04, 2.0), ForecastSkill(2021, 52, -0.01, 0.0)]
    judged = {("SAC + LSTM a", "PPO + LSTM b"): years, ("SAC + PatchTST c",): years[:1]}
    chart = forecasts.forecast_skill(judged, {"SAC + LSTM a": "#123456", "SAC + PatchTST c": "#654321"})
    both, other = chart.figure.data
    assert both.name == "SAC + LSTM a, PPO + LSTM b"
    assert other.x[0] > both.x[0]
    assert both.error_y.array[0] == pytest.approx(1.96 * 0.02)
    assert not both.error_y.array[1], "without a t-statistic there is no error to draw"
    assert "-0.010 to 0.040" in chart.alt


def test_turnover_leaves_the_first_purchase_out(walks):
    for trace, walk in zip(growth.turnover(walks).figure.data, walks, strict=True):
        assert len(trace.y) == len(walk.turnover) - 1


def test_member_spread_shows_every_member_and_their_interquartile_mean(walks):
    figure = members.member_spread(walks[:1]).figure
    assert [len(trace.x) for trace in figure.data] == [2, 1, 1]


def test_the_member_fan_has_a_line_per_member_and_the_committee_on_top(walks):
    figure = members.member_fan(walks[0], walks[2], "#123456").figure
    assert [trace.name for trace in figure.data] == ["member 1", "member 2", walks[0].name]
    assert {trace.y[0] for trace in figure.data} == {0.0}
    end = np.prod(1.0 + walks[0].members[:, 0]) / walks[2].wealth[-1] - 1.0
    assert figure.data[0].y[-1] == pytest.approx(end)
    np.testing.assert_allclose(figure.data[2].y, walks[0].wealth / walks[2].wealth - 1.0)


def test_the_excess_starts_when_its_weeks_are_full(walks):
    [line] = growth.excess(walks[:1], walks[2]).figure.data
    assert len(line.y) == len(walks[0].net) - 25
    assert str(line.x[0])[:10] == str(walks[0].ends[25])


def test_the_bars_of_an_edge_are_its_parts_in_order(walks):
    lead = edge_by_asset(walks[0], walks[2])
    [bars] = attribution.edge_by_stock(lead, walks[0].name, walks[2].name).figure.data
    assert sum(bars.x) == pytest.approx(100 * edge(walks[0], walks[2]).total), "in pp"
    assert list(bars.x) == sorted(bars.x)


def test_every_chart_has_a_transparent_ground_a_title_with_a_unit_and_alt_text(walks):
    drawn = [draw(walks) for draw in (growth.equity, growth.drawdowns, growth.turnover)]
    drawn += [
        returns.years(walks),
        growth.volatility(walks),
        growth.excess(walks[:1], walks[1]),
        members.member_fan(walks[0], walks[1], "#123456"),
    ]
    for chart in drawn:
        assert chart.figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        assert any(unit in chart.figure.layout.yaxis.title.text for unit in ("%", "$"))
        assert len(chart.alt) > 20
