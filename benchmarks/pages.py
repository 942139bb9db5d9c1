"""How long the pages take: their scripts, cold and warm, and the first chart in a browser.

python -m benchmarks.pages [--roots FOLDER] [--data FOLDER] [--runs 9] [--no-browser]
Every page is measured at 15 and 60 stocks with 3 and 50 versions; --roots keeps these desks for the next time
(1.5 GB, some minutes to make). With --data only that data root is measured.

Scripts run in Streamlit's own test runner, each page in a process of its own: cold is its first run there,
with what it imports and reads; warm is the median of the runs after it. CPU is what the process used for it,
on all its threads: it says more than the clock where others use the machine. The browser is Chromium: a new
visitor has an empty cache, a second visit the cache of the first.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.chromium import PATIENCE, chromium
from benchmarks.page_roots import roots
from tests.support.serving import ROOT, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
WANTED_WARM, WANTED_CHART = 400, 2_500  # milliseconds: a page's script, and Compare's chart over a bare page
SIX = ("Equal weight", "Buy & hold", "Inverse volatility", "HRP", "Minimum variance", "S&P 500 price index")
BARE = "import streamlit as st\nst.title('Bare')\n"
HEAVY = ("torch", "transformers", "sklearn", "skfolio")  # what takes seconds to import


@dataclass(frozen=True)
class Runs:
    """A page's first run in its process and those after it, in milliseconds."""

    wall: list[float]
    cpu: list[float]
    heavy: list[str]  # of HEAVY, what it imported


def main() -> None:
    """Print milliseconds of every page."""
    options = parsed()
    if options.page:
        print(json.dumps(asdict(script_runs(options.page, options.view, options.runs))))
        return
    with ExitStack() as stack:
        folder = options.roots or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        desks = {"the given data": options.data} if options.data else roots(folder)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds")
        for name, data in desks.items():
            os.environ["SAC_DESK_DATA"] = str(data)
            print(f"\n{name!s:32}   cold   warm  CPU cold   warm")
            for page in PAGES:
                report(page, measured(page, None, options.runs))
            for view in views():
                report(f"compare, {view}", measured("compare", view, options.runs))
        if not options.no_browser:
            os.environ["SAC_DESK_DATA"] = str(next(iter(desks.values())))
            in_browser(options.runs)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--roots", type=Path, help="where desks of every size are, or are to be kept")
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--page", choices=PAGES, help="measure the script of one page only, as JSON")
    parser.add_argument("--view", help="the tab of Compare that is open")
    return parser.parse_args()


def views() -> list[str]:
    """The tabs of Compare."""
    from app.ui.compare.sections import SECTIONS

    return [section.title for section in SECTIONS]


def selection() -> list[str]:
    """Three champions and six baselines."""
    from sac.config import VARIANTS
    from sac.registry import Registry

    registry = Registry(Path(os.environ["SAC_DESK_DATA"]) / "models")
    champions = [name for variant in VARIANTS if (name := registry.current(variant))]
    return [*champions[:3], *SIX]


def measured(page: str, view: str | None, runs: int) -> Runs:
    """`script_runs` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pages", "--page", page, "--runs", str(runs)]
    done = subprocess.run(
        [*command, *(["--view", view] if view else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Runs(**json.loads(done.stdout.splitlines()[-1]))


def script_runs(page: str, view: str | None, runs: int) -> Runs:
    """A page's first run, and so many after it."""
    from streamlit.testing.v1 import AppTest

    desk = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120)
    if page == "compare":
        desk.query_params["strategy"] = selection()
    if view:
        desk.query_params["view"] = view
    wall, cpu = [], []
    for number in range(runs + 1):
        began, used = time.perf_counter(), time.process_time()
        if number == 0:  # the script of the frame without its own page, then the page
            desk.switch_page(f"../pages/{page}.py").run()
        else:
            desk.run()
        wall.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
        assert not desk.exception, desk.exception[0].message
    return Runs(wall, cpu, [name for name in HEAVY if name in sys.modules])


def report(name: str, took: Runs) -> None:
    """One line: the first run, and the median of the others."""
    columns = [(times[0], statistics.median(times[1:])) for times in (took.wall, took.cpu)]
    slow = f"   wanted below {WANTED_WARM}" if columns[0][1] > WANTED_WARM else ""
    heavy = f"   imports {', '.join(took.heavy)}" if took.heavy else ""
    (cold, warm), (cpu_cold, cpu_warm) = columns
    print(f"{name:32} {cold:6.0f} {warm:6.0f}    {cpu_cold:6.0f} {cpu_warm:6.0f}{slow}{heavy}", flush=True)


def in_browser(runs: int) -> None:
    """Compare's first chart against the title of a page that does nothing, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        here = os.environ["SAC_DESK_DATA"]
        with (
            served(Path(folder), SAC_DESK_DATA=here) as desk,
            served(Path(folder), script=bare) as other,
            chromium() as browser,
        ):
            query = urlencode({"strategy": selection()}, doseq=True)
            sights = {
                "bare page, title": (other.url, "h1"),
                "Compare, first chart": (
                    f"{desk.url}/compare?{query}",
                    ".js-plotly-plot .scatterlayer .trace",
                ),
            }
            first: dict[str, list[float]] = {name: [] for name in sights}
            again: dict[str, list[float]] = {name: [] for name in sights}
            for _ in range(runs):
                for name, sight in sights.items():
                    context = browser.new_context(viewport={"width": 1440, "height": 1000})
                    first[name].append(seen_after(context.new_page(), *sight))
                    again[name].append(seen_after(context.new_page(), *sight))
                    context.close()
    print(f"\n{'browser':32} new visitor, second visit")
    for name in sights:
        print(f"{name:32} {statistics.median(first[name]):6.0f} {statistics.median(again[name]):6.0f}")
    title, chart = first
    over = [
        statistics.median(late - early for early, late in zip(times[title], times[chart], strict=True))
        for times in (first, again)
    ]
    print(f"{'the chart over the bare page':32} {over[0]:6.0f} {over[1]:6.0f}   wanted below {WANTED_CHART}")


def seen_after(page: "Page", address: str, sight: str) -> float:
    """Milliseconds from opening an address until the sight is there."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(sight).first.wait_for(timeout=PATIENCE)
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
