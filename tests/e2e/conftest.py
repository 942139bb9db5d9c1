"""A real browser on a free port."""

import shutil
from pathlib import Path

import pytest

from tests.support.serving import free_port

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def sample_folder(tmp_path, sample_desk):
    """A folder whose data root has a champion and a challenger on the sample."""
    shutil.copytree(sample_desk, tmp_path / "data")
    return tmp_path


@pytest.fixture
def own_folder(tmp_path, own_desk):
    """A folder whose data root has prices of its own that end with 2018, and a champion."""
    shutil.copytree(own_desk, tmp_path / "data")
    return tmp_path


@pytest.fixture
def page(port):
    """A page of a browser that notes every request which leaves the machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium: apt install chromium")
    playwright.expect.set_options(timeout=30_000)  # ms: Plotly alone is 4.7 MB, and other tests run beside
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = browser.new_context(
            viewport={"width": 1440, "height": 1000}, base_url=f"http://127.0.0.1:{port}"
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        strangers = []
        context.on(  # of every tab
            "request",
            lambda r: (
                None if "127.0.0.1" in r.url or r.url[:5] in ("data:", "blob:") else strangers.append(r.url)
            ),
        )
        yield page
        browser.close()
    assert not strangers, "the desk works without the internet"
