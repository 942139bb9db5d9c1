"""Forms in a browser: what is typed counts, or the button is disabled with the reason beside it."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from tests.support.browsing import heading, see
from tests.support.serving import served

TOO_MUCH = "99999999999999999999"


def field(page, title):
    return page.get_by_role("textbox", name=title, exact=True)


def refuse_and_accept(page, title, button, wrong):
    """Type a value that cannot be, and the old one again, without a key that ends the field."""
    before = field(page, title).input_value()
    for value in (wrong, TOO_MUCH, ""):
        field(page, title).fill(value)
        expect(button).to_be_disabled()
        see(page, re.compile(f"{title} is {re.escape(value) or 'empty'}: "))
        expect(field(page, title)).to_have_value(value)
    field(page, title).fill(before)
    expect(button).to_be_enabled()


def test_every_number_of_a_training_counts_or_stops_its_start(tmp_path, port, page):
    with served(tmp_path, port):
        page.goto("/training")
        start = page.get_by_role("button", name="Start training")
        expect(start).to_be_enabled()
        for title, wrong in (
            ("Members", "500"),
            ("Updates", "500001"),
            ("Evaluation years", "500"),
            ("Seed", "-1"),
            ("Settings compared", "0"),
        ):
            refuse_and_accept(page, title, start, wrong)
        page.goto("/training?sac_lstm-desk-members=500")
        expect(start).to_be_disabled()
        see(page, "Members is 500: enter a whole number from 1 to 64.")


def test_every_number_of_a_sweep_counts_or_stops_its_start(tmp_path, port, page):
    with served(tmp_path, port):
        page.goto("/experiments")
        start = page.get_by_role("button", name="Start sweep")
        expect(start).to_be_enabled()
        for title, wrong in (
            ("Seeds", "500"),
            ("Evaluation years", "500"),
            ("Processes", "500"),
        ):
            refuse_and_accept(page, title, start, wrong)
        for typed, reason in (
            ("5, 500", "action_scale is 500, outside its range 0.1 to 20"),
            ("many", "Action scale values is many: type numbers"),
            ("", "Action scale values is empty"),
        ):
            field(page, "Action scale values").fill(typed)
            see(page, reason)
            expect(start).to_be_disabled()


def test_a_form_is_filled_and_left_by_keyboard(tmp_path, port, page):
    with served(tmp_path, port):
        page.goto("/training")
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()
        field(page, "Members").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("7")
        for _ in range(24):  # over the other fields and their question marks
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText").strip().endswith("Start training"):
                break
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
        assert page.evaluate("document.activeElement.innerText").strip().endswith("Start training")
        expect(page).to_have_url(re.compile("sac_lstm-desk-members=7"))


def test_no_first_frame_of_a_chart_has_an_infinite_extent(sample_folder, port, page):
    warned = []
    page.on("console", lambda message: warned.append(message.text) if "extent" in message.text else None)
    with served(sample_folder, port):
        for path, title in (("/", "Overview"), ("/training", "Training"), ("/experiments", "Experiments")):
            page.goto(path)
            expect(heading(page, title)).to_be_visible(timeout=60_000)
            page.wait_for_timeout(2_000)
    assert not warned
