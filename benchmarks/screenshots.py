"""Pictures of every page, light and dark, as README and docs show them.

python -m benchmarks.screenshots [--data FOLDER]
Without --data it trains the three demo variants, small, on the embedded sample into a folder of its own.
Needs the system's Chromium. Writes docs/images/{page}-{light|dark}.png.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, Page, ViewportSize

from benchmarks.chromium import chromium, opened, paths
from benchmarks.page_roots import data_root
from tests.support.serving import served

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 1400}  # with the first chart of every page
MARGIN = 32  # pixels below the last line


def main() -> None:
    """Serve a desk and look at it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    options = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with data_root(options.data) as data, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(data, Path(folder) / "data", dirs_exist_ok=True)  # looking may not change it
        os.environ.pop("SAC_DESK_DATA", None)
        with served(Path(folder)) as desk, chromium() as browser:
            for theme in ("light", "dark"):
                page = browser.new_context(viewport=SIZE, color_scheme=theme).new_page()
                for path in paths():
                    opened(page, desk.url, path)
                    page.wait_for_timeout(6_000)  # charts draw after the text
                    page.screenshot(path=IMAGES / f"{path or 'overview'}-{theme}.png", clip=written(page))
                page.context.close()


def written(page: Page) -> FloatRect:
    """What is in sight, without the empty rest of a short page."""
    content = page.get_by_test_id("stMainBlockContainer").locator("> [data-testid=stVerticalBlock]").first
    below = float(content.evaluate("element => element.getBoundingClientRect().bottom"))
    return {"x": 0, "y": 0, "width": SIZE["width"], "height": min(below + MARGIN, SIZE["height"])}


if __name__ == "__main__":
    main()
