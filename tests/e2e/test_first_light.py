"""From nothing to this week's weights, in a real browser, against a real server and a real worker."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from tests.support.browsing import LONG, fill, heading, see
from tests.support.serving import served


def jobs_at_work(page):
    """The training on top and those that wait below it."""
    see(page, re.compile(r"^SAC \+ LSTM is training: .*; 2 wait\.$"), timeout=60_000)
    return [heading(page, re.compile("^SAC . LSTM full, ")).inner_text(), *waiting(page)]


def waiting(page):
    """What the queue holds, in order."""
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(2)
    return rows.all_inner_texts()


def test_first_light(tmp_path, port, page):
    with served(tmp_path, port):
        page.goto("/")
        page.get_by_role("button", name="Train the demo models").click()
        expect(heading(page, "Training")).to_be_visible()
        jobs = jobs_at_work(page)
        page.reload()
        assert jobs_at_work(page) == jobs
        assert len(jobs) == 3
        expect(page.get_by_role("button", name="Start training")).to_be_hidden()

    with served(tmp_path, port):  # the server restarts; the trainings go on
        page.goto("/training")
        assert jobs_at_work(page) == jobs
        for left in (2, 1, 0):
            page.get_by_role("button", name="Cancel").last.click()
            page.get_by_role("button", name="Yes, cancel it").click()
            expect(page.get_by_role("button", name="Cancel")).to_have_count(left)
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()
        see(page, "Cancelled. Nothing was saved.")

        fill(page, "Members", 1)
        fill(page, "Updates", 20)
        fill(page, "Evaluation years", 1)
        page.get_by_role("button", name="Start training").click()
        see(page, re.compile("is training"))
        see(page, re.compile(r"is the champion now"), timeout=LONG)

        page.get_by_test_id("stMain").get_by_role("link", name="Compare").click()
        expect(heading(page, "Compare")).to_be_visible()
        see(page, "52 common weeks")
        expect(page.get_by_label(re.compile("Growth of one dollar over 52 weeks"))).to_be_visible()

        page.goto("/weights")
        see(page, "traded at the close of 2022-12-27", timeout=60_000)
        expect(page.get_by_label(re.compile("Trades to the target: "))).to_be_visible()

        page.goto("/")
        see(page, "CAGR, net")
        expect(page.get_by_test_id("stException")).to_have_count(0)
