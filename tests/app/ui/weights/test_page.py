"""The Weights page over own data: holdings, trades, reasons, and what is too old to trade on."""

import math

import pytest

from sac.market import price_folder
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import random_closes, write_prices
from tests.support.weights_page import (
    amount,
    metrics,
    opened,
    paste,
    preview,
    said,
    saved,
    tables,
    trades_of,
)

pytestmark = pytest.mark.slow

STOCKS = len(CLOSES.columns)


def test_all_cash_buys_every_stock_and_the_figures_add_up(fresh):
    at = opened()
    assert not at.error
    shown, table = metrics(at), trades_of(at)
    assert shown["Portfolio value"] == "$100,000.00"
    assert table["weight_now"].to_dict() == pytest.approx({**dict.fromkeys(table.index[:-1], 0), "CASH": 100})
    for column in ("target_weight", "weight_after"):
        assert table[column].sum() == pytest.approx(100, abs=1e-6)
    stocks = table.drop(index="CASH")
    assert (stocks["shares"] * stocks["price"]).round(2).tolist() == stocks["trade_dollars"].tolist()
    traded, cost = stocks["trade_dollars"].sum(), amount(shown["Cost of trading"])
    assert amount(shown["Dollars traded"]) == pytest.approx(traded, abs=0.001)
    assert cost == pytest.approx(math.ceil(traded / 10 - 1e-9) / 100, abs=0.001)
    assert amount(shown["Cash after trades"]) == pytest.approx(100_000 - traded - cost, abs=0.001)
    assert table["trade_dollars"]["CASH"] == pytest.approx(-traded - cost, abs=0.001)
    assert len(at.get("download_button")) == 1


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
    price = trades_of(late)["price"]["S01"]
    for browser in (at, late):
        assert "2 positions (saved 20" in browser.expander[0].label
        wealth = 3_000 + 12 * price
        assert amount(metrics(browser)["Portfolio value"]) == pytest.approx(wealth, abs=0.011)
        assert trades_of(browser)["weight_now"]["S01"] == pytest.approx(100 * 12 * price / wealth, abs=0.001)
    late.button(key="clear").click().run()
    assert "an example" in late.expander[0].label
    assert not list((fresh / "holdings").iterdir())
    assert metrics(at.run())["Portfolio value"] == "$100,000.00"


def test_pasted_and_uploaded_holdings_replace_those_before(fresh):
    at = paste(opened(), "symbol\tshares\nS01\t10\nCASH\t400\n")
    assert at.text_area[0].value == "", "what was read need not be read twice"
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S01"]
    at.file_uploader[0].upload("held.csv", b"symbol,value\nS03,6000\nCASH,4000\n")
    at.button(key="read").click().run()
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S01"], "nothing is saved yet"
    at.button(key="replace").click().run()
    assert [position["symbol"] for position in saved(fresh)["positions"]] == ["S03"]
    assert metrics(at)["Portfolio value"] == "$10,000.00"
    assert trades_of(at)["weight_now"]["S03"] == pytest.approx(60, abs=0.01)


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
    assert len(tables(at)) == 2


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
    assert "IBM" not in trades_of(at).index
    aside = amount(metrics(at)["Portfolio value"])
    at.segmented_control(key="outside").set_value("sell").run()
    assert saved(fresh)["outside"] == "sell"
    assert trades_of(at).loc["IBM", ["shares", "trade_dollars", "weight_after"]].tolist() == [-4, -600, 0]
    assert amount(metrics(at)["Portfolio value"]) == pytest.approx(aside + 600, abs=0.001)
    assert "Kept aside" not in said(at)
    at = paste(at, "symbol,value\nIBM,600\nCASH,1000")
    assert "give both its shares and its value" in at.error[0].value
    at.segmented_control(key="outside").set_value("keep").run()
    assert not at.error


def test_the_trades_of_each_side_are_counted_in_words(fresh):
    at = paste(opened(), "symbol,shares\nS01,10000")
    assert f"1 sell, then {STOCKS - 1} buys, in whole shares" in said(at)
    assert "No trades. Prices" in said(paste(at, "symbol,shares\nCASH,1"))


def test_the_minimum_trade_size_is_remembered_and_leaves_trades_out(fresh):
    at = opened()
    smallest = trades_of(at).drop(index="CASH")["trade_dollars"].min()
    at.number_input(key="minimum").set_value(float(smallest) + 1.0).run()
    assert "Left out as too small: S" in said(at)
    assert trades_of(at)["shares"].isna().sum() >= 2
    assert saved(fresh)["minimum"] == pytest.approx(smallest + 1)
    assert opened().number_input(key="minimum").value == pytest.approx(smallest + 1)


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
    assert metrics(at)["Portfolio value"] == "$100,000.00"


def test_reasons_tell_what_is_not_known(fresh):
    at = opened()
    why = tables(at)[1]
    assert why["symbol"].tolist() == [f"S{i:02d}" for i in range(STOCKS)]
    assert why["forecast"].notna().all()
    assert why["sensitivity"].abs().max() > 0
    assert "news_sentiment" not in why
    assert "Unknown for every stock: news sentiment, gross margin" in said(at)


def test_champions_of_all_variants_stand_side_by_side(fresh):
    (fresh / "models" / "ppo_lstm").mkdir()
    closed = opened()
    assert len(tables(closed)) == 2
    at = opened(champions="true")
    table = tables(at)[2]
    assert list(table.columns) == ["Now", "SAC + LSTM"]
    assert table["SAC + LSTM"].sum() == pytest.approx(100)
    assert table.loc["CASH", "Now"] == 100


@pytest.mark.parametrize("day", ["2019-01-02", "2026-07-01"])
def test_an_earlier_date_is_history_and_says_whether_it_was_trained_on(own, on_day, day):
    on_day(day)
    at = opened(date="2018-06-15")
    assert "Week of 2018-06-18 to 2018-06-22" in said(at)
    history = next(warning.value for warning in at.warning if "History" in warning.value)
    assert "inside the training window: not out of sample" in history
    assert len(tables(at)) == 2
    assert not at.get("download_button"), "nobody trades history"
    assert at.query_params["date"] == "2018-06-15"


def test_data_that_are_a_little_old_are_said_to_be(own, on_day):
    on_day("2019-01-12")
    at = opened()
    assert not at.error
    assert "2 complete weeks are missing" in at.warning[0].value
    assert "This week ended on 2019-01-04: there are no orders for it any more" in said(at)
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
    assert not tables(at)
    assert not at.get("download_button")
    assert not at.get("plotly_chart")


def test_what_was_fresh_when_it_was_shown_is_asked_again_after_a_refresh(own, on_day):
    on_day("2019-01-08")
    at = opened()
    assert "decided at the close of 2018-12-28" in at.caption[0].value.lower()
    write_prices(price_folder(own), random_closes(STOCKS, FIRST, "2019-01-04"))
    at.run()
    assert not at.error
    assert "decided at the close of 2019-01-04" in at.caption[0].value.lower()
