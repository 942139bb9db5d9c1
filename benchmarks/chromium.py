"""The system's Chromium, as benchmarks and pictures look at the desk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE = 60_000  # milliseconds


def paths() -> list[str]:
    """The address of every page, the front page's first: ""."""
    from app.ui.shared.navigation import PAGES

    _, *others = PAGES
    return ["", *(PAGES[name].url or name for name in others)]


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
    page.get_by_role("heading", level=1).wait_for(timeout=PATIENCE)
    rest(page)


def rest(page: "Page") -> None:
    """Wait until a page's script has run to its end."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=PATIENCE)
