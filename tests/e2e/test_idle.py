"""What an open page that nobody touches costs the server."""

from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from benchmarks.chromium import opened
from tests.support.serving import served


@pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="only Linux tells what a process watches")
def test_no_file_is_watched(tmp_path, port, page):
    """Streamlit would watch the folder of its script and all below, in a checkout .venv and data too."""
    with served(tmp_path, port) as desk:
        opened(page, "", "training")
        descriptors = Path(f"/proc/{desk.process.pid}/fdinfo")
        assert not [one.name for one in descriptors.iterdir() if "inotify wd:" in one.read_text()]
