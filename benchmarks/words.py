"""How many words the pages say: the visible text of each, at 1440 pixels, of a desk with trained models.

python -m benchmarks.words [--data FOLDER] [--width 1440]
Without --data it trains the three demo variants, small, on the embedded sample into a folder of its own.
Needs the system's Chromium. What stands behind a "?", in a closed section or in a chart's own drawing is not
visible text; what a table of the page's own markup says is.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.chromium import chromium, opened, paths
from benchmarks.page_roots import data_root
from tests.support.serving import served


def main() -> None:
    """Count the words of every page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    parser.add_argument("--width", type=int, default=1440)
    options = parser.parse_args()
    with data_root(options.data) as data, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(data, Path(folder) / "data", dirs_exist_ok=True)  # looking may not change it
        os.environ.pop("SAC_DESK_DATA", None)
        with served(Path(folder)) as desk, chromium() as browser:
            page = browser.new_page(viewport={"width": options.width, "height": 1000})
            for path in paths():
                opened(page, desk.url, path)
                page.wait_for_timeout(3_000)  # charts draw after the text
                words = page.get_by_test_id("stMain").inner_text().split()
                print(f"{path or 'overview':14} {len(words):5}", flush=True)


if __name__ == "__main__":
    main()
