"""Prices of one's own, in a browser: brought, refused, corrected, accepted and applied."""

import re

import pandas as pd
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from sac.market import DEMO_UNIVERSE, price_folder, read_choice
from tests.support.browsing import fill, heading, see
from tests.support.serving import served
from tests.support.synthetic import random_closes, write_prices

CLOSES = random_closes(stocks=3, last="2018-12-28")
JUMP = pd.concat([CLOSES.loc[:"2017-02-28"], CLOSES.loc["2017-03-01":] * [1, 2.5, 1]])


def written(path, closes, surplus=""):
    """One file of all, with something behind its first row's cells."""
    wide = closes.rename_axis("date").reset_index()
    header, first, *rows = (
        wide.melt("date", var_name="symbol", value_name="close").to_csv(index=False).split("\n")
    )
    path.write_text("\n".join((header, first + surplus, *rows)))
    return path


def checked(page, path, symbols):
    """Bring files on the Data page, and check them once it has them; `symbols` stand in the form then."""
    page.goto("/data")
    see(page, "15 stocks, nothing missing.")
    page.get_by_text(re.compile("^Source: ")).click()
    page.get_by_role("combobox", name="Source").click()
    page.get_by_role("option", name="your own files in raw/prices").click()
    with page.expect_response(lambda answer: "upload_file" in answer.url and answer.ok):
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    expect(page.get_by_label("Symbols", exact=True)).to_have_value(symbols)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("button", name="Check").click()


def test_of_a_file_a_stock_all_arrive(sample_folder, port, page, tmp_path):
    """A browser sends six at a time, and each may be large."""
    closes = random_closes(stocks=60, last="2018-12-28")
    write_prices(tmp_path / "csv", closes)
    with served(sample_folder, port):
        checked(page, sorted((tmp_path / "csv").iterdir()), " ".join(closes.columns))
        expect(heading(page, "Preview: nothing is changed yet")).to_be_visible()
        see(page, "60 symbols, none refused")


def test_prices_are_brought_refused_corrected_accepted_and_applied(sample_folder, port, page, tmp_path):
    data = sample_folder / "data"
    with served(sample_folder, port):
        checked(page, written(tmp_path / "all.csv", CLOSES, surplus=",500"), " ".join(DEMO_UNIVERSE))
        see(page, "all.csv, line 2: 4 cells where the header has 3.")
        expect(heading(page, "Refresh")).to_have_count(0)

        checked(page, written(tmp_path / "all.csv", JUMP), "S00 S01 S02")
        expect(heading(page, "Preview: nothing is changed yet")).to_be_visible()
        expect(page.get_by_role("button", name="Apply")).to_be_disabled()
        assert not (data / "market.toml").exists()
        page.get_by_text("Accept what is real", exact=True).click()
        fill(page, "Reason", "spun off")
        page.get_by_role("button", name="Accept", exact=True).click()
        see(page, "Accepted: S01 on 2017-03-01.")

        apply = page.get_by_role("button", name="Apply")
        expect(apply).to_have_count(1)  # while the page is drawn anew the old one stands beside it
        apply.click()
        see(page, "Applied: own files, 3 symbols")
        see(page, "own files to 2018-12-28; 3 stocks, ")
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert read_choice(data).symbols == ("S00", "S01", "S02")
        assert len(list(price_folder(data).glob("*.csv"))) == 3

        page.goto("/")
        page.get_by_role("link", name="Train SAC + LSTM on the new universe").click()
        expect(heading(page, "Training")).to_be_visible()
