"""Compare in a browser: the chart at first sight, choices that stay, and no sideways scroll on a phone."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import expect

from sac.registry import Registry
from tests.support.compared_versions import saved
from tests.support.serving import served

LIBRARY = re.compile("lotly")
GROWTH = re.compile("Growth of one dollar")


@pytest.fixture
def desk(tmp_path, port):
    """Two versions of one variant, one of them the champion."""
    registry = Registry(tmp_path / "data" / "models")
    versions = [saved(registry, seed, convictions=(0.6, 0.4, 0.05)) for seed in (0, 1)]
    registry.set_current("sac_lstm", versions[0].name)
    with served(tmp_path, port):
        yield versions


def visit(page, title):
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def lines(page):
    return page.get_by_label(GROWTH).locator(".scatterlayer .trace")


def test_the_answer_and_the_chart_are_seen_first_and_the_chart_has_its_room_before_it_is_drawn(desk, page):
    held = []  # the requests for the script that draws, 4.7 MB
    page.route(LIBRARY, lambda route: held.append(route))
    page.goto("/compare")
    room = page.locator(".st-key-equity")
    expect(room).to_be_visible()
    expect(page.get_by_text("common weeks")).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    kept = room.bounding_box()["height"]
    page.route(LIBRARY, lambda route: route.continue_())
    for request in held:
        request.continue_()
    expect(lines(page)).to_have_count(3)
    assert room.bounding_box()["height"] == kept >= 300
    chart, answer = page.get_by_label(GROWTH).bounding_box(), page.get_by_role("heading", level=3)
    assert answer.bounding_box()["y"] < chart["y"]
    assert chart["y"] + chart["height"] <= 900
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    bar = page.get_by_label(GROWTH).locator(".modebar-group").first
    expect(bar).to_have_css("opacity", "0")
    page.get_by_label(GROWTH).hover()
    expect(bar).to_have_css("opacity", "1")


def test_choices_stay_over_a_visit_elsewhere_and_a_reload_and_back_goes_back_once(desk, page):
    page.goto("/compare")
    page.get_by_role("radio", name="1 year").click()
    expect(page.get_by_text("52 common weeks")).to_be_visible()
    page.get_by_role("combobox", name="Strategies").click()
    page.get_by_role("option", name="HRP").click()
    page.keyboard.press("Escape")
    expect(lines(page)).to_have_count(4)
    page.get_by_role("tab", name="Years").click()
    expect(page.get_by_label(re.compile("Net return per calendar year"))).to_be_visible()
    visit(page, "Data")
    visit(page, "Compare")
    expect(page.get_by_text("52 common weeks")).to_be_visible()
    expect(lines(page)).to_have_count(4)
    expect(page).to_have_url(re.compile("range=1\\+year"))
    page.reload()
    expect(lines(page)).to_have_count(4)
    expect(page.get_by_role("tab", name="Years", selected=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()


def test_a_phone_scrolls_down_only(desk, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for view in ("Figures", "Years", "Weights", "Forecasts"):
        page.goto(f"/compare?view={view}")
        expect(lines(page)).to_have_count(3)
        page.locator("[data-test-script-state=notRunning]").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
