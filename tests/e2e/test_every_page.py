"""Every page as it is first loaded: readable for everybody, still while it fills, its console quiet."""

import dataclasses
import re
import shutil
from functools import cache, partial
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.ui.shared.navigation import PAGES
from benchmarks.chromium import CHROMIUM, chromium, opened, paths, rest
from sac.registry import Registry
from tests.support.browsing import heading
from tests.support.serving import served
from tests.support.small_versions import small_artifacts

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="there is no Chromium: apt install chromium"
)

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 1000}
# How far what was drawn already was pushed about while the page filled, and who was pushed where.
SHIFTS = """
window.shifts = []
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) window.shifts.push([entry.value, entry.sources.slice(0, 3).map(
    ({ node, previousRect, currentRect }) => [node?.dataset?.testid, previousRect.y, currentRect.y])])
})).observe({ type: "layout-shift", buffered: true })
"""
STRETCHED = """[document.documentElement, document.querySelector("[data-testid=stMain]")].map(
  one => one.scrollWidth - one.clientWidth)"""


@dataclasses.dataclass(frozen=True)
class Visit:
    """What the first load of a page was like, and the page since in other colours and on a phone."""

    console: list[str]  # errors and warnings
    refused: list[str]  # addresses that were answered with a status of 400 or more
    shifts: list[list[object]]  # share of the window that moved, and what
    first_chart: float  # pixels from the top of the page to the end of its first chart; infinity without one
    violations: dict[str, list[str]]  # by colours: rule, place and words of each
    stretched: list[int]  # pixels by which the page is wider than a phone


@pytest.fixture(scope="module")
def desk(sample_desk, tmp_path_factory):
    """Address of a desk with a champion and two challengers."""
    folder = tmp_path_factory.mktemp("every-page")
    shutil.copytree(sample_desk, folder / "data")
    Registry(folder / "data" / "models").save(small_artifacts(3, 0.12))
    with served(folder) as running:
        yield running.url


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def visits(desk, browser):
    """Page -> the visit, each with an empty cache."""
    return cache(partial(_visited, browser, desk))


def _visited(browser, desk, path):
    context = browser.new_context(viewport=DESK, color_scheme="light")
    context.add_init_script(SHIFTS)
    page, console, refused = context.new_page(), [], []
    page.on("console", lambda said: console.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    settled(page, desk, path)
    shifts, first_chart = page.evaluate("window.shifts"), _end_of_a_chart(page)
    violations = {"light": _violations(page)}
    page.emulate_media(color_scheme="dark")
    ground = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    page.wait_for_function(f"{ground} !== 'rgb(255, 255, 255)'")
    rest(page)
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")  # of colours
    violations["dark"] = _violations(page)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)  # milliseconds: charts take the new width when it has stood for a while
    stretched = page.evaluate(STRETCHED)
    context.close()
    return Visit(console, refused, shifts, first_chart, violations, stretched)


def _end_of_a_chart(page):
    charts = page.locator("[data-testid=stPlotlyChart], [data-testid=stVegaLiteChart]").all()
    boxes = [chart.bounding_box() for chart in charts]
    return min((box["y"] + box["height"] for box in boxes if box), default=float("inf"))


def _violations(page):
    found = Axe().run(page, options={"runOnly": LEVELS}).response["violations"]
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))[-200:]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def settled(page, desk, path):
    """Open a page and wait until everything of it is drawn."""
    opened(page, desk, path)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
    for chart in page.get_by_test_id("stPlotlyChart").all():
        chart.locator(".main-svg").first.wait_for(timeout=30_000)
    rest(page)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path or "overview")
def test_a_page_breaks_no_rule_of_level_a_or_aa(visits, path):
    """By axe-core, in both themes: contrast, names, roles, keyboard."""
    assert visits(path).violations == {"light": [], "dark": []}


@pytest.mark.parametrize("path", paths(), ids=lambda path: path or "overview")
def test_the_first_load_is_quiet_and_still(visits, path):
    visit = visits(path)
    assert (visit.console, visit.refused) == ([], [])
    assert sum(value for value, _ in visit.shifts) < 0.1, visit.shifts


@pytest.mark.parametrize("path", ["", "compare"], ids=["overview", "compare"])
def test_a_picture_stands_in_the_first_900_pixels(visits, path):
    assert visits(path).first_chart <= 900


@pytest.mark.parametrize("path", paths(), ids=lambda path: path or "overview")
def test_a_phone_scrolls_no_page_sideways(visits, path):
    assert visits(path).stretched == [0, 0]


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport=PHONE, has_touch=True)
    yield context.new_page()
    context.close()


def test_the_menu_of_a_phone_closes_once_a_page_is_chosen(phone, desk):
    settled(phone, desk, "data")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    menu = phone.get_by_test_id("stSidebar")
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_role("link", name=PAGES["promotion"].title).tap()
    expect(heading(phone, "Promotion")).to_be_visible()
    expect(menu).to_have_attribute("data-collapsed", "true")


def test_a_row_is_chosen_with_the_keyboard_alone(browser, desk):
    """Tab leads into the table, arrows to a row, with a frame around where one is, and Space selects it."""
    page = browser.new_page(viewport=DESK)
    settled(page, desk, "promotion")
    first = page.get_by_role("heading", level=3).first.inner_text()
    table = page.get_by_test_id("stDataFrame").first
    while not page.evaluate("document.activeElement.closest('[data-testid=data-grid-canvas]') != null"):
        page.keyboard.press("Tab")
    before = table.screenshot()
    page.keyboard.press("ArrowDown")
    expect(page.locator("*:focus")).to_have_attribute("data-testid", "glide-cell-1-1")
    assert table.screenshot() != before, "one sees where one is"
    rest(page)
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"[?&]version="))
    expect(page.get_by_role("heading", level=3).first).not_to_have_text(first)
    page.close()
