"""What tables say, read from the HTML that both the page and the report show."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest

from app.formats import percent, points
from app.ui.compare import tables
from sac.config import Constraints
from sac.evidence import Search, at_cost, cagr, difference, edge
from tests.support.backtests import random_walk, walk_of


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
    shown = read(tables.figures([one, index], Constraints()))
    unknown = ["Effective number of stocks", "Average cash", "Weeks with a stock at its cap"]
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


def test_luck_counts_the_trials_only_where_there_are_some(still):
    trader = walk(5, "Trader")
    judged = [difference(trader.net, still.net)]
    assert len(read(tables.luck([trader], still, judged, Search.among([0.5]))).columns) == 6
    shown = read(tables.luck([trader], still, judged, Search.among([0.5, 0.7, 1.1])))
    assert shown.columns[-1] == "P(IR > best of 3 by luck)"


def test_skill_is_what_is_earned_over_equal_weight_and_none_is_no_difference(still):
    """A bull market makes nobody skilled, and who holds equal weight is neither better nor worse."""
    rising = dataclasses.replace(still, net=still.net + 0.01)
    behind = dataclasses.replace(rising, name="Behind", net=rising.net - 0.0004 * (1 + np.arange(104) % 2))
    twin = dataclasses.replace(rising, name="Twin")
    judged = [difference(each.net, rising.net) for each in (behind, twin)]
    shown = read(tables.luck([behind, twin], rising, judged, Search.among([0.5, 0.7, 1.1])))
    chances = ["P(better)", "P(IR > 0)", "P(IR > best of 3 by luck)"]
    assert list(shown.loc["Behind", chances]) == ["0 %"] * 3
    assert list(shown.loc["Twin", chances]) == ["no difference"] * 3


def test_verdicts_say_what_the_interval_says(still):
    worse = np.expm1(np.log1p(still.net) - 0.001)
    assert "worse by more than luck" in tables.difference_verdict(difference(worse, still.net))
    better = tables.difference_verdict(difference(still.net, worse))
    assert "is more than luck" in better


def test_members_are_shown_with_their_interquartile_mean():
    trader = dataclasses.replace(walk(6, "Trader"), members=np.tile([0.0, 0.001, 0.002, 0.05], (104, 1)))
    shown = read(tables.members([trader]))
    middle = (1.001**52 + 1.002**52) / 2 - 1
    assert shown.loc["Trader", "Interquartile mean"] == percent(middle)
    assert shown.loc["Trader", "Lowest"] == "0.0 %"
