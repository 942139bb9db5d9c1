"""One training, two tabs: both see it live, and what one does arrives in the other."""

import os
import re
import signal
import time

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from app.jobs.store import JobStore
from tests.support.browsing import heading, see
from tests.support.serving import served


@pytest.fixture
def tabs(tmp_path, port, page):
    """Two tabs that watch the same training at work."""
    with served(tmp_path, port):
        page.goto("/training")
        page.get_by_role("button", name="Start training").click()
        see(page, "SAC + LSTM is training", timeout=60_000)
        other = page.context.new_page()
        other.goto("/training")
        see(other, "SAC + LSTM is training")  # it watches, before anything happens
        try:
            yield page, other
            for tab in (page, other):
                expect(tab.get_by_test_id("stException")).to_have_count(0)
        finally:
            for job in JobStore(tmp_path / "data" / "jobs").active():  # of a test that failed half-way
                os.killpg(job.pid, signal.SIGKILL)


def percent_shown(tab):
    return int(re.search(r"(\d+) %", tab.get_by_test_id("stProgress").inner_text())[1])


def elapsed_shown(tab):
    return tab.get_by_test_id("stMetric").filter(has_text="Elapsed").get_by_test_id("stMetricValue")


def cancel(tab):
    tab.get_by_role("button", name="Cancel", exact=True).click()
    tab.get_by_role("button", name="Yes, cancel it").click()


def test_a_second_tab_sees_the_same_progress_and_its_cancel_reaches_the_first(tabs):
    first, second = tabs
    for tab in tabs:
        expect(tab.get_by_role("button", name="Start training")).to_be_hidden()  # its form has closed
        tab.get_by_text("New full training").click()
        expect(tab.get_by_role("button", name="Start training")).to_be_disabled()
        see(tab, "SAC + LSTM is already training")
        expect(elapsed_shown(tab)).not_to_have_text(elapsed_shown(tab).inner_text())  # nobody reloads
    for one, other in ((first, second), (second, first)):  # what one has seen, the other sees soon
        seen, deadline = percent_shown(one), time.monotonic() + 30
        while percent_shown(other) < seen:
            assert time.monotonic() < deadline
            time.sleep(0.2)

    cancel(second)
    for tab in tabs:
        see(tab, "Cancelled. Nothing was saved.")
        expect(tab.get_by_role("button", name="Start training")).to_be_enabled()


def test_a_killed_training_is_shown_in_every_tab_and_can_be_started_again(tabs, tmp_path):
    [job] = JobStore(tmp_path / "data" / "jobs").active()
    os.kill(job.pid, signal.SIGKILL)
    for tab in tabs:
        failure = tab.get_by_role("alert").filter(has_text="The process ended unexpectedly")
        expect(failure).to_contain_text("Nothing half-done was kept; start it again.")
        expect(tab.get_by_role("button", name="Start training")).to_be_enabled()
    first, second = tabs
    second.goto("/")
    failed = second.get_by_role("alert").filter(has_text="The process ended unexpectedly")
    expect(failed).to_be_visible()  # on Overview too

    first.get_by_role("button", name="Start training").click()
    expect(heading(first, re.compile("SAC . LSTM is training"))).to_be_visible(timeout=60_000)
    [again] = JobStore(tmp_path / "data" / "jobs").active()
    assert again.id != job.id
    cancel(first)
    see(first, "Cancelled. Nothing was saved.")
    assert not list((tmp_path / "data").glob("models/*/v*")), "no half of a version"
