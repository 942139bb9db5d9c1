"""The Weights page over own data: orders, targets, holdings, reasons, and what is too old to trade on."""

import json
import math

import numpy as np
import pytest

from app.formats import percent
from sac.inference import target_weights
from sac.market import load_panel, price_folder
from sac.portfolio.risk import covariance_at, risk_of
from sac.registry import Registry
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import THEN, random_closes, write_prices
from tests.support.weights_page import (
    afterwards,
    figures,
    opened,
    orders_of,
    paste,
    preview,
    said,
    saved,
    state,
    table_with,
    targets_of,
)

pytestmark = pytest.mark.slow

STOCKS = len(CLOSES.columns)


def bars(at):
    """What the picture shows: points of wealth by stock, the longest on top first."""
    [chart] = at.get("plotly_chart")
    [trace] = json.loads(chart.proto.spec)["data"]
    return dict(zip(trace["y"], trace["x"], strict=True)), trace


def in_order(block):
    """The elements of a block as they stand on the page."""
    for child in block.children.values():
        yield from in_order(child) if hasattr(child, "children") else [child]


def test_all_cash_buys_every_stock_and_the_figures_add_up(fresh):
    at = opened()
    assert not at.error
    orders, targets = orders_of(at), targets_of(at)
    assert targets["now"].to_dict() == {**dict.fromkeys(targets.index[:-1], 0.0), "CASH": 100.0}
    for column in ("target", "after"):
        assert targets[column].sum() == pytest.approx(100, abs=0.05 * len(targets))
    assert (orders["shares"] * orders["price"]).round(2).tolist() == orders["amount"].tolist()
    traded = orders["amount"].sum()
    cost = math.ceil(traded / 10 - 1e-9) / 100
    assert afterwards(at) == (pytest.approx(100_000 - traded - cost, abs=0.001), 100_000)
    assert state(at) == (
        f"Buy {STOCKS}: ${traded:,.0f} traded, {traded / 2000:.1f} % one-sided turnover, costs ${cost:.2f}. "
        "Decided at the close of 2018-12-28, traded at the close of 2018-12-31."
    )
    assert len(at.get("download_button")) == 1


def test_orders_stand_by_size_with_their_side_in_words_before_picture_and_targets(fresh):
    at = paste(opened(), "symbol,shares\nS01,10000\nS02,1")
    orders = orders_of(at)
    assert orders["amount"].is_monotonic_decreasing
    assert orders["side"].map(tuple).to_dict()["S01"] == ("SELL",)
    assert (orders["shares"] < 0).tolist() == [side == ["SELL"] for side in orders["side"]]
    assert state(at).startswith(f"Buy {STOCKS - 1}, sell 1: ")
    kinds = [element.type for element in in_order(at.main)]
    assert kinds[:2] == ["title", "markdown"]
    drawn = [kind for kind in kinds if kind in ("dataframe", "plotly_chart")]
    assert drawn[-3:] == ["dataframe", "plotly_chart", "dataframe"]


def test_the_picture_is_of_trades_on_their_own_axis_and_told_with_no_more_digits_than_the_table(fresh):
    at = paste(opened(), "symbol,shares\nS01,100\nS02,5\nCASH,1")
    drawn, trace = bars(at)
    targets = targets_of(at)
    assert trace["orientation"] == "h"
    assert "CASH" not in drawn, "what it pays for would dwarf the others"
    assert [*drawn.values()] == sorted(drawn.values(), reverse=True)
    for name, gap in drawn.items():
        assert gap == pytest.approx(targets["target"][name] - targets["now"][name], abs=0.11)
    told = dict(zip(trace["y"], trace["customdata"], strict=True))
    assert told["S01"][0] == f"{drawn['S01']:+.1f} pp"
    assert told["S01"][1:] == [f"{targets[column]['S01']:.1f} %" for column in ("now", "target")]
    assert "%{x" not in trace["hovertemplate"]
    assert trace["marker"]["color"][0] != trace["marker"]["color"][-1]


def test_what_the_target_may_be_expected_to_risk_stands_above_it(fresh):
    at = opened()
    shown, parts = figures(at), targets_of(at)["risk"]
    panel = load_panel(fresh)
    covariance = covariance_at(panel, len(panel.decisions) - 1)
    champion = Registry(fresh / "models").champion("sac_lstm")
    weights = np.array([*target_weights(champion, panel, today=THEN).target_weights.values()][:-1])
    expected = risk_of(weights, np.full(STOCKS, 0.98 / STOCKS), covariance)
    assert shown["Expected volatility"] == percent(expected.volatility)
    assert shown["Tracking error"] == percent(expected.tracking_error)
    assert shown["One-sided turnover"] == percent(weights.sum() / 2)
    for name, part in zip(panel.symbols, expected.contributions / expected.volatility, strict=True):
        assert parts[name] == pytest.approx(100 * part, abs=0.05)
    assert parts["CASH"] == 0


def test_typed_holdings_are_remembered_for_every_browser_until_they_are_cleared(fresh):
    at = opened()
    assert "an example: enter your own" in at.expander[0].label
    edits = {1: {"Shares": 12}, 2: {"Value": 500.0}}
    at.session_state["positions-none"] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    at.text_input(key="cash-none").set_value("2,500.00")
    at.button(key="save").click().run()
    assert saved(fresh)["cash"] == 2_500
    assert [(p["symbol"], p["shares"], p["value"]) for p in saved(fresh)["positions"]] == [
        ("S01", 12, None),
        ("S02", None, 500),
    ]
    late = opened()
    price = round(CLOSES["S01"].iloc[-1], 2)
    for browser in (at, late):
        assert "2 positions (saved 20" in browser.expander[0].label
        wealth = 3_000 + 12 * price
        assert afterwards(browser)[1] == pytest.approx(wealth, abs=0.011)
        assert targets_of(browser)["now"]["S01"] == pytest.approx(100 * 12 * price / wealth, abs=0.05)
    late.button(key="clear").click().run()
    assert "an example" in late.expander[0].label
    assert not list((fresh / "holdings").iterdir())
    assert afterwards(at.run())[1] == 100_000


def test_pasted_and_uploaded_holdings_replace_those_before(fresh):
    at = paste(opened(), "symbol\tshares\nS01\t10\nCASH\t400\n")
    assert at.text_area[0].value == "", "what was read need not be read twice"
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S01"]
    at.file_uploader[0].upload("held.csv", b"symbol,value\nS03,6000\nCASH,4000\n")
    at.button(key="read").click().run()
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S01"], "nothing is saved yet"
    at.button(key="replace").click().run()
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S03"]
    assert afterwards(at)[1] == 10_000
    assert targets_of(at)["now"]["S03"] == 60


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("S01,5", "No line names the columns"),
        ("symbol,shares\nS01,-5", "S01 is negative or short"),
        ("symbol,shares\nS01,five", "'five'"),
        ("symbol,shares\nS01,1,500", "more cells than the header"),
        ("symbol;shares\nS01;1.234", "may be 1.2340 or 1234"),
    ],
)
def test_wrong_holdings_are_refused_with_their_reason_and_not_saved(fresh, text, complaint):
    at = preview(opened(), text)
    assert complaint in at.error[0].value
    assert "replace" not in {button.key for button in at.button}
    assert not (fresh / "holdings").exists()
    assert len(orders_of(at)) == STOCKS, "the orders are still those of the example"


def test_an_empty_portfolio_is_refused_below_the_form_that_fixes_it(fresh):
    at = paste(opened(), "symbol,shares\nS01,0")
    assert "The portfolio is empty" in at.error[0].value
    at = paste(at, "symbol,shares\nS01,7")
    assert not at.error


def test_holdings_outside_the_universe_are_kept_aside_or_sold(fresh):
    at = paste(opened(), "symbol,shares,value\nS01,10,\nIBM,4,600\nCASH,,1000")
    label = at.segmented_control(key="outside").label
    assert label == "Outside the universe: **IBM** (4 shares, \\$600.00)"
    assert "Kept aside: IBM" in said(at)
    assert "IBM" not in targets_of(at).index
    aside = afterwards(at)[1]
    at.segmented_control(key="outside").set_value("sell").run()
    assert saved(fresh)["outside"] == "sell"
    assert orders_of(at).loc["IBM", ["side", "shares", "amount"]].tolist() == [["SELL"], -4, 600]
    assert targets_of(at).loc["IBM", ["target", "after", "risk"]].tolist() == [0, 0, 0]
    assert bars(at)[0]["IBM"] == pytest.approx(-targets_of(at)["now"]["IBM"], abs=0.06)
    assert afterwards(at)[1] == pytest.approx(aside + 600, abs=0.001)
    assert "Kept aside" not in said(at)
    at = paste(at, "symbol,value\nIBM,600\nCASH,1000")
    assert "give both its shares and its value" in at.error[0].value
    at.segmented_control(key="outside").set_value("keep").run()
    assert not at.error


def test_nothing_to_trade_is_said_with_its_reason(fresh):
    at = paste(opened(), "symbol,shares\nCASH,1")
    assert state(at).startswith("Nothing to trade: whole shares come no closer to the target. Decided")
    assert table_with(at, "side") is None
    assert [button.disabled for button in at.get("download_button")] == [True]


def test_a_minimum_trade_size_is_remembered_and_what_it_leaves_out_is_listed_in_dollars(fresh):
    before = orders_of(opened())
    least = float(before["amount"].iloc[-2]) + 1.0
    at = opened()
    at.number_input(key="minimum").set_value(least).run()
    assert orders_of(at).index.tolist() == before.index[:-2].tolist()
    left_out = before["amount"][-2:].sum()
    [closed] = [panel for panel in at.expander if panel.label.startswith("Left out")]
    assert (
        closed.label.replace("\\", "") == f"Left out: 2 trades below ${least:,.2f}, ${left_out:,.2f} in all"
    )
    assert closed.dataframe[0].value["amount"].tolist() == before["amount"][-2:].tolist()
    assert saved(fresh)["minimum"] == pytest.approx(least)
    assert opened().number_input(key="minimum").value == pytest.approx(least)


def test_where_dollars_are_the_orders_so_is_the_turnover(fresh):
    at = opened()
    wanted = figures(at)["One-sided turnover"]
    orders = orders_of(at)["amount"]
    at.number_input(key="minimum").set_value(float(orders.iloc[0])).run()
    largest = orders.iloc[0]
    assert f"${largest:,.0f} traded, {largest / 2000:.1f} % one-sided turnover" in state(at)
    assert figures(at)["One-sided turnover"] == wanted, "that of the targets"
    at.number_input(key="minimum").set_value(1e6).run()
    assert state(at).startswith(
        f"Nothing to trade: {STOCKS} trades below $1,000,000.00, ${orders.sum():,.2f} in all."
    )
    assert "turnover" not in state(at)


def test_holdings_that_cannot_be_cleared_or_saved_say_why(fresh):
    paste(opened(), "symbol,shares\nS01,7")
    (file,) = (fresh / "holdings").iterdir()
    file.unlink()
    file.mkdir()
    at = opened()
    at.button(key="clear").click().run()
    assert not at.exception
    assert any(f"{file} is a folder where a file should be" in error.value for error in at.error)


def test_damaged_holdings_can_be_cleared(fresh):
    paste(opened(), "symbol,shares\nS01,7")
    [file] = (fresh / "holdings").iterdir()
    file.write_text("{")
    at = opened()
    assert "cannot be read" in at.error[0].value
    at.button(key="clear").click().run()
    assert not at.error
    assert afterwards(at)[1] == 100_000


def test_reasons_are_asked_for_and_tell_what_is_not_known(fresh):
    assert table_with(opened(), "sensitivity") is None
    at = opened(why="true")
    why = table_with(at, "sensitivity")
    assert why["symbol"].tolist() == [f"S{i:02d}" for i in range(STOCKS)]
    assert why["forecast"].notna().all()
    assert why["sensitivity"].abs().max() > 0
    assert "news_sentiment" not in why
    assert "Unknown for every stock: news sentiment, gross margin" in said(at)


def test_champions_of_all_variants_stand_side_by_side(fresh):
    (fresh / "models" / "ppo_lstm").mkdir()
    assert table_with(opened(), "SAC + LSTM") is None
    at = opened(champions="true")
    table = table_with(at, "SAC + LSTM")
    assert list(table.columns) == ["Now", "SAC + LSTM"]
    assert table["SAC + LSTM"].sum() == pytest.approx(100, abs=0.05 * len(table))
    assert table.loc["CASH", "Now"] == 100
    assert f"One-sided turnover to get there: SAC + LSTM {figures(at)['One-sided turnover']} (" in said(at)


def test_data_that_are_a_little_old_are_said_to_be(own, on_day):
    on_day("2019-01-12")
    at = opened()
    assert not at.error
    assert "2 complete weeks are missing" in at.warning[0].value
    assert state(at) == (
        "This week ended on 2019-01-04: there are no orders for it any more. Refresh the data."
    )
    assert table_with(at, "side") is None
    assert not at.get("download_button")


def test_after_the_session_that_trades_them_orders_are_late(fresh):
    at = opened()
    assert "The session of 2018-12-31 is over: orders placed now fill at later prices" in said(at)
    assert len(at.get("download_button")) == 1


def test_stale_data_block_weights_trades_and_the_file(own):
    at = opened()
    [banner] = at.error
    assert "The data end on 2018-12-28" in banner.value
    assert "Refresh the data" in banner.value
    assert table_with(at, "target") is None
    assert not at.get("download_button")
    assert not at.get("plotly_chart")


def test_what_was_fresh_when_it_was_shown_is_asked_again_after_a_refresh(own, on_day):
    on_day("2019-01-08")
    at = opened()
    assert "As of the close of **2018-12-28**" in said(at)
    write_prices(price_folder(own), random_closes(STOCKS, FIRST, "2019-01-04"))
    at.run()
    assert not at.error
    assert "Decided at the close of 2019-01-04" in state(at)
