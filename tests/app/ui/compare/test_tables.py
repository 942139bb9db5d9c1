"""What tables say, read from the HTML that both the page and the report show."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest

from app.formats import percent, points
from app.ui.compare import tables
from sac.config import Constraints
from sac.evidence import Search, at_cost, cagr, drawdowns, edge
from sac.evidence.comparison import active_weights
from tests.support.backtests import random_walk, walk_of
from tests.support.compared_versions import behind


def walk(seed, name, rate=0.001):
    return random_walk(seed, weeks=104, rate=rate, name=name)


def read(table):
    """The table as a reader sees it."""
    [frame] = pd.read_html(io.StringIO(table.to_html()), index_col=0, flavor="lxml", keep_default_na=False)
    return frame.astype(str).replace("\u00a0", " ", regex=True)


@pytest.fixture
def still():
    """Trades little, knows nothing."""
    growth = walk(1, "").growth
    return walk_of(np.full((104, 5), 0.2), growth, name="Equal weight")


def test_an_index_has_no_figure_of_what_it_holds():
    one = walk(1, "One")
    index = dataclasses.replace(
        one,
        name="Index",
        symbols=(),
        weights=np.ones((104, 1)),
        growth=one.growth[:, :1],
        turnover=np.zeros(104),
        net=one.gross,
    )
    shown = read(figures([one, index]))
    unknown = ["Effective stocks", "Average cash (%)", "Weeks at cap (%)"]
    assert list(shown.index[shown["Index"] == "n/a"]) == unknown
    assert not (shown["One"] == "n/a").any()


def test_costs_are_those_of_the_accounting_and_the_break_even_says_who_is_ahead(still):
    trader = walk(2, "Trader")
    shown = read(tables.cost_sensitivity([trader, still], still))
    assert shown.loc["Trader", "CAGR at 25 bps"] == percent(cagr(at_cost(trader, 0.0025).net))
    assert shown.loc["Trader", "CAGR at 0 bps"] == percent(cagr(trader.gross))
    assert shown.loc["Equal weight", "Break-even with equal weight"] == "the same"
    behind = dataclasses.replace(trader, gross=still.gross - 0.01)
    shown = read(tables.cost_sensitivity([behind], still))
    assert shown.loc["Trader", "Break-even with equal weight"] == "behind at any cost"
    ahead = dataclasses.replace(trader, gross=still.gross + 0.002)
    shown = read(tables.cost_sensitivity([ahead], still))
    assert shown.loc["Trader", "Break-even with equal weight"].startswith("ahead below ")


def test_edges_name_the_stock_and_the_month_that_made_them(still):
    trader = walk(3, "Trader")
    lead = edge(trader, still)
    shown = read(tables.edges({"Trader": lead, "Twin": edge(still, still)}))
    assert shown.loc["Trader", "without its best stock"] == points(lead.without_best_stock)
    assert shown.loc["Trader", "Best stock"] == lead.best_stock
    assert shown.loc["Trader", "Best month"] == lead.best_month
    for title in ("without its best stock", "Best stock", "without its best month", "Best month"):
        assert shown.loc["Twin", title] == "n/a"


def test_contributions_add_up_on_paper_too():
    trader = walk(4, "Trader")
    shown = read(tables.contributions_by_year(trader))
    assert list(shown.columns) == ["2020", "2021", "All weeks"]
    total = points(float(np.log(trader.wealth[-1])))
    assert shown.loc["Sum: log growth, net", "All weeks"] == total
    parts = shown["All weeks"].str.removesuffix(" pp").astype(float)
    assert parts.iloc[:-1].sum() == pytest.approx(parts.iloc[-1], abs=0.05 * len(parts))


def figures(backtests, equal=None, *trials):
    """The table of figures of strategies that a search of so many candidates found."""
    names = [each.name for each in backtests]
    search = Search.among([0.5], trials) if trials else Search.among([])
    return tables.figures(backtests, Constraints(), equal or walk(9, "Other"), search, counted=names)


def test_luck_counts_the_trials_only_where_there_are_some(still):
    trader = walk(5, "Trader")
    assert "P(IR > 0) (%)" in read(figures([trader], still)).index
    assert not any("luck" in row for row in read(figures([trader], still)).index)
    assert read(figures([trader], still, 0.5, 1.1)).index[-1] == "P(IR > best of 3 by luck) (%)"


def test_skill_is_what_is_earned_over_equal_weight_and_none_is_the_same(still):
    """A bull market makes nobody skilled, and who holds equal weight is neither better nor worse."""
    rising = dataclasses.replace(still, net=still.net + 0.01)
    behind = dataclasses.replace(rising, name="Behind", net=rising.net - 0.0004 * (1 + np.arange(104) % 2))
    twin = dataclasses.replace(rising, name="Twin")
    shown = read(figures([behind, twin], rising, 0.5, 1.1))
    chances = ["P(IR > 0) (%)", "P(IR > best of 3 by luck) (%)"]
    assert not shown.loc[chances, "Behind"].astype(float).any()
    assert list(shown.loc[["Information ratio (IR)", *chances], "Twin"]) == ["same"] * 3


def test_drawdowns_are_dated_and_the_deepest_stand_first():
    trader = walk(7, "Trader")
    shown, found = read(tables.drawdown_dates(trader)), drawdowns(trader)
    assert 2 <= len(shown) <= 5
    assert list(shown["From"]) == [one.start for one in found[: len(shown)]]
    assert shown["Depth (%)"].iloc[0] == f"{100 * found[0].depth:.1f}"
    falling = dataclasses.replace(trader, net=np.full(104, -0.001))
    [row] = read(tables.drawdown_dates(falling)).to_dict("records")
    assert (row["To"], row["Recovered after (weeks)"]) == ("not yet", "not yet")
    assert behind(tables.drawdown_dates(dataclasses.replace(trader, net=np.full(104, 0.001)))).empty


def test_tails_are_those_of_the_weeks():
    trader = walk(8, "Trader")
    shown = read(tables.tail_figures([trader]))["Trader"]
    assert shown["Worst week (%)"] == f"{100 * trader.net.min():.1f}"
    assert float(shown["CVaR 95 % (%)"]) <= float(shown["VaR 95 % (%)"])


def test_bets_are_sorted_by_what_is_held(still):
    trader = walk(6, "Trader")
    shown = behind(tables.bets(trader, active_weights(trader, Constraints())))
    assert list(shown["Average weight (%)"]) == sorted(shown["Average weight (%)"], reverse=True)
    assert shown["Average weight (%)"].sum() == pytest.approx(1.0)
    assert shown["Over equal weight (pp)"].sum() == pytest.approx(0.0)


def test_members_are_shown_with_their_interquartile_mean():
    trader = dataclasses.replace(walk(6, "Trader"), members=np.tile([0.0, 0.001, 0.002, 0.05], (104, 1)))
    shown = read(tables.members([trader]))
    middle = (1.001**52 + 1.002**52) / 2 - 1
    assert shown.loc["Trader", "Interquartile mean"] == percent(middle)
    assert shown.loc["Trader", "Lowest"] == "0.0 %"
