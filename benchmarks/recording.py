"""A screen recording of the desk, two minutes from the first click to the orders, as README shows it.

python -m benchmarks.recording [--data FOLDER]
It trains the three demo models by the button of an empty desk, as a visitor does, and shows the minutes of
training in seconds; then it walks through the pages. With --data it shows that desk, without a training.
Needs the system's Chromium. Writes docs/images/desk.webp.
"""

import argparse
import os
import shutil
import tempfile
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from benchmarks.chromium import PATIENCE, chromium, rest
from benchmarks.screenshots import IMAGES
from tests.support.serving import served

FILE = IMAGES / "desk.webp"
SIZE: ViewportSize = {"width": 1200, "height": 750}
SHOWN = (960, 600)  # pixels of the recording
QUALITY = 70
LONGEST = 1_800  # seconds that three trainings may take
LOOK, GLANCE = 5_000, 1_000  # milliseconds that a frame stands: to read it, or to see it move
TICK = 6.0  # seconds between two frames of a training


class Recording:
    """Frames and how long each stands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []
        self._times: list[int] = []

    def frame(self, milliseconds: int = LOOK) -> None:
        """What is in sight now, for so long."""
        shot = Image.open(BytesIO(self._page.screenshot()))
        self._frames.append(shot.convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS))
        self._times.append(milliseconds)

    def visit(self, title: str) -> None:
        """Go to a page by its name, and look at it once it is whole."""
        self._page.get_by_role("link", name=title, exact=True).first.click()
        self._page.get_by_role("heading", name=title, exact=True).wait_for(timeout=PATIENCE)
        rest(self._page)
        self._page.wait_for_timeout(2_500)  # charts draw after the text
        self.frame()

    def scroll(self, milliseconds: int = LOOK) -> None:
        """Half a screen further down."""
        self._page.mouse.move(SIZE["width"] / 2, SIZE["height"] / 2)
        self._page.mouse.wheel(0, SIZE["height"] * 0.6)
        self._page.wait_for_timeout(1_500)
        self.frame(milliseconds)

    def save(self) -> None:
        """Write the file."""
        first, *others = self._frames
        first.save(
            FILE,
            save_all=True,
            append_images=others,
            duration=self._times,
            loop=0,
            quality=QUALITY,
            method=6,
        )
        seconds, size = sum(self._times) / 1e3, FILE.stat().st_size / 1e6
        print(f"{len(self._frames)} frames, {seconds:.0f} s, {size:.1f} MB: {FILE}")


def main() -> None:
    """Record a desk."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.data:
            shutil.copytree(options.data, Path(folder) / "data")  # looking may not change it
        os.environ.pop("SAC_DESK_DATA", None)
        with served(Path(folder)) as desk, chromium() as browser:
            page = browser.new_page(viewport=SIZE)
            page.goto(desk.url)
            page.get_by_role("heading", level=1).wait_for(timeout=PATIENCE)
            rest(page)
            recording = Recording(page)
            if not options.data:
                _training(page, recording)
            _walk(recording)
            recording.save()


def _training(page: Page, recording: Recording) -> None:
    """One click, and three models learn."""
    recording.frame()
    page.get_by_role("button", name="Train the demo models").click()
    page.get_by_role("heading", name="Training", exact=True).wait_for(timeout=PATIENCE)
    deadline = time.monotonic() + LONGEST
    while page.get_by_role("progressbar").count() or time.monotonic() < deadline - LONGEST + TICK:
        page.wait_for_timeout(TICK * 1e3)
        recording.frame(GLANCE)
        if time.monotonic() > deadline:
            raise SystemExit(f"The trainings did not end within {LONGEST} seconds.")
    recording.frame()


def _walk(recording: Recording) -> None:
    """Through the pages, as a week goes."""
    for title, further in (
        ("Overview", 0),
        ("Compare", 2),
        ("Promotion", 1),
        ("Weights", 2),
        ("Track record", 1),
        ("Experiments", 0),
        ("Data", 1),
        ("Overview", 0),
    ):
        recording.visit(title)
        for _ in range(further):
            recording.scroll()


if __name__ == "__main__":
    main()
