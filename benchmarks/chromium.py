"""The system's Chromium, as benchmarks and pictures look at the desk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
WHOLE = {  # a page's path -> what is there once the page is whole
    "": "What to do now",
    "training": "History",
    "compare": "common weeks",
    "promotion": "Decision history",
    "experiments": "New sweep",
    "track-record": "Sealed weeks",
    "weights": "Week of",
    "data": "What is known",
}
PATIENCE = 60_000  # milliseconds


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A browser of its own until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def opened(page: "Page", url: str, path: str = "") -> None:
    """Open a page of a desk, and wait until its script has run to its end."""
    page.goto(f"{url}/{path}")
    page.get_by_text(WHOLE[path]).first.wait_for(timeout=PATIENCE)
    rest(page)


def rest(page: "Page") -> None:
    """Wait until a page's script has run to its end."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=PATIENCE)
