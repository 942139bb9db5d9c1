"""From nothing to this week's weights, in a real browser, against a real server and a real worker."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from tests.support.browsing import LONG, fill, heading, see
from tests.support.serving import served


def jobs_at_work(page):
    """Ids of the jobs whose panels the page shows."""
    panels = page.get_by_text(re.compile("goes on without this page"))
    expect(panels).to_have_count(3)
    return sorted(panels.locator("code").all_inner_texts())


def test_first_light(tmp_path, port, page):
    with served(tmp_path, port):
        page.goto("/")
        page.get_by_role("button", name="Train the demo models").click()
        expect(heading(page, "Training")).to_be_visible()
        see(page, "is already training")
        expect(page.get_by_text("Running", exact=True)).to_have_count(1, timeout=60_000)

        page.reload()
        see(page, "is already training")
        jobs = jobs_at_work(page)
        assert len(jobs) == 3

    with served(tmp_path, port):  # the server restarts; the trainings go on
        page.goto("/training")
        see(page, "is already training")
        assert jobs_at_work(page) == jobs
        for left in (2, 1, 0):
            page.get_by_role("button", name="Cancel").first.click()
            page.get_by_role("button", name="Yes, cancel it").click()
            expect(page.get_by_role("button", name="Cancel")).to_have_count(left)
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()
        see(page, "Cancelled. Nothing was saved.")

        fill(page, "Members", 1)
        fill(page, "Updates", 20)
        fill(page, "Evaluation years", 1)
        page.get_by_role("button", name="Start training").click()
        see(page, "is already training")
        see(page, re.compile(r"is the champion now"), timeout=LONG)

        page.get_by_role("link", name="Compare with the baselines").click()
        expect(heading(page, "Compare")).to_be_visible()
        see(page, "52 common weeks")
        expect(page.get_by_label(re.compile("Growth of one dollar over 52 weeks"))).to_be_visible()

        page.goto("/weights")
        see(page, "traded at the close of 2022-12-27", timeout=60_000)
        expect(page.get_by_label(re.compile("Trades to the target: "))).to_be_visible()

        page.goto("/")
        see(page, "CAGR, net of costs")
        expect(page.get_by_test_id("stException")).to_have_count(0)
