"""From what is held to the file of orders: the page, the file and the command line say the same."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from benchmarks.chromium import rest
from tests.support.broker_files import FILES
from tests.support.browsing import fill, see
from tests.support.serving import ROOT, served

HELD = "symbol,shares,value\nAAPL,40,\nGE,,300\nIBM,4,600\nCASH,,9000\n"


@pytest.fixture
def desk(sample_folder, port, page):
    """The Weights page with the holdings open, and the folder of its data root."""
    with served(sample_folder, port):
        page.goto("/weights")
        see(page, "traded at the close of 2022-12-27", timeout=60_000)
        page.get_by_text(re.compile("^Holdings: ")).click()
        yield sample_folder
        expect(page.get_by_test_id("stException")).to_have_count(0)


def upload(page, file, text):
    file.write_text(text)
    page.locator("input[type=file]").set_input_files(file)
    see(page, file.name)
    page.get_by_role("button", name="Show how it is read").click()


def orders(page):
    rest(page)  # a rerun would replace the button
    with page.expect_download() as download:
        page.get_by_role("button", name="Orders (CSV)").click()
    with download.value.path().open() as file:
        return list(csv.DictReader(file))


def told(page, pattern):
    """Dollars in what the page says."""
    sentence = page.get_by_text(re.compile(pattern)).first.inner_text()
    return [float(amount.replace(",", "")) for amount in re.search(pattern, sentence).groups()]


def by_command(folder, *options):
    """The trade list of the command line."""
    command = [sys.executable, "-m", "app.cli", "weights", "sac_lstm", "--trades", "--json", *options]
    environment = {**os.environ, "SAC_DESK_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["trade_list"]


def test_uploaded_holdings_become_orders_that_page_file_and_command_agree_on(desk, page):
    upload(page, desk / "wrong.csv", "symbol,shares\nAAPL,40\nGE,many\n")
    see(page, "Line 3: 'many'")
    see(page, re.compile(r"Holdings: \$100,000.00 in cash, 0 positions"))  # what was there still is

    held = desk / "held.csv"
    upload(page, held, HELD)
    see(page, "Preview: nothing is saved yet.")
    see(page, "Cash $9,000.00.")
    see(page, re.compile(r"Holdings: \$100,000.00 in cash, 0 positions"))
    page.get_by_role("button", name="Replace the holdings").click()
    see(page, re.compile(r"Holdings: \$9,000.00 in cash, 3 positions"))
    see(page, "Outside the universe")
    page.get_by_role("radio", name="Sell them").click()
    see(page, re.compile(r"^Buy \d+, sell \d+: "))

    listed = by_command(desk, "--holdings", str(held), "--outside", "sell")
    see(page, f"Afterwards ${listed['cash_after']:,.2f} of ${listed['portfolio_value']:,.2f} (")
    rows = orders(page)
    ordered = [(row["symbol"], row["side"].lower(), int(row["shares"]), float(row["value"])) for row in rows]
    assert ordered == [
        (trade["symbol"], trade["side"], trade["shares"], trade["value"]) for trade in listed["trades"]
    ]
    assert {row["symbol"]: (row["side"], row["shares"]) for row in rows}["IBM"] == ("SELL", "4")
    assert {(row["date"], row["reference_date"]) for row in rows} == {("2022-12-27", "2022-12-23")}
    traded, cost = told(page, r": \$([\d,]+) traded, .* costs \$([\d,.]+\d)\.")
    assert traded == pytest.approx(sum(float(row["value"]) for row in rows), abs=0.5)
    assert cost == listed["cost"]


def test_typed_holdings_survive_a_reload_and_nothing_to_trade_is_no_file(desk, page):
    fill(page, "Cash ($)", 50)
    page.get_by_role("button", name="Save holdings").click()
    see(page, re.compile(r"Holdings: \$50.00 in cash, 0 positions \(saved "))
    rest(page)
    fill(page, "Minimum trade size ($)", 1000)
    expect(page.get_by_role("button", name="Orders (CSV)")).to_be_disabled()

    page.reload()
    see(page, re.compile(r"Holdings: \$50.00 in cash, 0 positions \(saved "), timeout=60_000)
    expect(page.get_by_role("button", name="Orders (CSV)")).to_be_disabled()


def test_a_minus_that_is_typed_is_refused_not_dropped(desk, page):
    rest(page)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, box["y"] + 35 * 1.5)  # shares of the first stock
    cell = page.locator("textarea.gdg-input")
    cell.press_sequentially("-7")
    expect(cell).to_have_value("-7")
    cell.press("Enter")
    page.wait_for_timeout(2_000)  # ms: the table tells its form of an edit with a delay
    page.get_by_role("button", name="Save holdings").click()
    see(page, "AAPL is negative or short")
    see(page, re.compile(r"Holdings: \$100,000.00 in cash, 0 positions \(an example"))


def test_a_brokers_file_shows_its_rows_and_what_is_left_out_before_it_is_saved(desk, page):
    upload(page, desk / "schwab.csv", FILES["schwab"].text)
    see(page, "Held, but not as a stock in dollars.")
    replace = page.get_by_role("button", name="Replace the holdings")
    expect(replace).to_be_disabled()
    page.get_by_text("Leave this row out").click()
    expect(replace).to_be_enabled()
    replace.click()
    see(page, re.compile(r"Holdings: \$85,000.25 in cash, 3 positions"))


def test_a_second_tab_that_saves_over_newer_holdings_is_told(desk, page):
    other = page.context.new_page()
    other.goto("/weights")
    see(other, re.compile("^Holdings: "), timeout=60_000)
    other.get_by_text(re.compile("^Holdings: ")).click()
    for tab, cash in ((other, 70), (page, 50)):
        rest(tab)
        tab.get_by_label("Cash ($)", exact=True).fill(str(cash))
        tab.get_by_role("button", name="Save holdings").click()
    see(page, re.compile("Another tab or browser saved others"))
    see(page, re.compile(r"Holdings: \$70.00 in cash"))
    page.get_by_role("button", name="Save mine over them").click()
    see(page, re.compile(r"Holdings: \$50.00 in cash"))
