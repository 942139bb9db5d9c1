"""What a browser makes the server load, on every page that asks no model."""

from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from app.ui.compare.sections import SECTIONS
from benchmarks.chromium import opened, paths, rest
from sac.registry import Registry
from tests.support.serving import served
from tests.support.small_versions import VARIANT, small_artifacts


def loaded(desk, library):
    """Whether the kernel has that library in the server's memory: Python's own answer would need a route."""
    return library in Path(f"/proc/{desk.process.pid}/maps").read_text()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has loaded")
def test_the_server_loads_torch_for_no_page_but_weights(tmp_path, port, page):
    registry = Registry(tmp_path / "data" / "models")
    names = [registry.save(small_artifacts(seed=seed)).name for seed in (0, 1)]
    registry.set_current(VARIANT, names[0])
    with served(tmp_path, port) as desk:
        for path in paths():
            if path != "weights":
                opened(page, "", path)
        page.goto(f"/compare?version={names[0]}&record=Agents%27+own")
        for section in SECTIONS:
            page.get_by_role("tab", name=section.title).click()
            page.get_by_role("tab", name=section.title, selected=True).wait_for()
            rest(page)
        assert loaded(desk, "_sqlite3"), "that pages load something can be seen at all"
        assert not loaded(desk, "libtorch")
