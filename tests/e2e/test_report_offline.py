"""The report in a real browser that has no network."""

import re
import shutil
from pathlib import Path

import pytest

from app.ui.compare import report
from sac.registry import Registry
from tests.support.compared_versions import small_comparison

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="there is no Chromium: apt install chromium"
)


def follows_the_viewer(page):
    """A chart's words, the page's words and its ground are dark on light, or light on dark."""
    for scheme, ink, ground in (
        ("light", "rgb(22, 36, 47)", "rgb(255, 255, 255)"),
        ("dark", "rgb(230, 237, 242)", "rgb(16, 24, 31)"),
    ):
        page.emulate_media(color_scheme=scheme)
        playwright.expect(page.locator(".ytitle").first).to_have_css("fill", ink)
        playwright.expect(page.locator("body")).to_have_css("color", ink)
        playwright.expect(page.locator("body")).to_have_css("background-color", ground)


def prints_to_a4(page):
    """A page is 210 by 297 mm, and no chart or table is wider than what its margins leave (186 mm)."""
    page.evaluate(
        "addEventListener('beforeprint', () => window.printed = [...document.querySelectorAll("
        "'.main-svg')].map(one => one.getBoundingClientRect().width))"
    )
    file = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95" in file or b"/MediaBox [0 0 595" in file
    widths = page.evaluate("window.printed")
    assert 0 < max(widths) <= 186 / 25.4 * 96
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})
    assert page.locator("table").evaluate_all("all => Math.max(...all.map(one => one.scrollWidth))") <= 703


def test_the_report_opens_from_disk_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    comparison = small_comparison(Registry(tmp_path / "models"))
    file = tmp_path / "report.html"
    file.write_text(report.html(comparison), encoding="utf-8")
    asked, complaints = [], []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(offline=True).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(file.as_uri())
        growth = page.get_by_label(re.compile("Growth of one dollar over 104 weeks"))
        playwright.expect(growth.locator(".scatterlayer .trace")).to_have_count(len(comparison.backtests))
        drawn = page.locator(".chart .main-svg:first-of-type").count()
        assert drawn == page.locator(".chart").count() > 8
        figures = page.get_by_role("region", name="Figures of every strategy")
        for backtest in comparison.backtests:
            playwright.expect(figures.get_by_text(backtest.name, exact=True)).to_be_visible()
        follows_the_viewer(page)
        prints_to_a4(page)
        browser.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("blob:")] == [file.as_uri()]
