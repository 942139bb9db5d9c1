"""How long the pages take: their scripts, cold and warm, and the first chart in a browser.

python -m benchmarks.pages [--roots FOLDER] [--data FOLDER] [--runs 9] [--no-browser]
Every page is measured at 15 and 200 stocks with 3 and 50 versions; --roots keeps these desks for the next
time (some minutes to make). With --data only that data root is measured.

Scripts run in Streamlit's own test runner, each page in a process of its own: cold is its first run there,
with what it imports and reads; warm is the median of the runs after it. CPU is what the process used for it,
on all its threads: it says more than the clock where others use the machine. The browser is Chromium, on the
smallest and the largest desk: clicks between pages that were open before, and whole visits. A new visitor has
an empty cache, a second visit the cache of the first.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from app.ui.shared.navigation import PAGES as PLACES
from benchmarks.chromium import PATIENCE, chromium, rest
from benchmarks.page_roots import roots
from tests.support.serving import ROOT, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
# Milliseconds: a page's script; a click until its chart; a new visitor's chart over that of a bare page.
WANTED_WARM, WANTED_CLICK, WANTED_FIRST = 120, 450, 2_300
SIX = ("Equal weight", "Buy & hold", "Inverse volatility", "HRP", "Minimum variance", "S&P 500 price index")
BARE = """import plotly.graph_objects as go
import streamlit as st

st.title("Bare")
st.plotly_chart(go.Figure(go.Scatter(y=[1, 3, 2])))
"""
CHART = ".js-plotly-plot .trace, .js-plotly-plot .heatmaplayer image, .js-plotly-plot .bars path"
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
        for name, data in {} if options.no_browser else ends(desks):
            os.environ["SAC_DESK_DATA"] = str(data)
            in_browser(str(name), options.runs)


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


def ends(desks: Mapping[Any, Path]) -> list[tuple[Any, Path]]:
    """The smallest and the largest desk; the only one where there is one."""
    known = list(desks.items())
    return known[:1] if len(known) == 1 else [known[0], known[-1]]


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


def in_browser(name: str, runs: int) -> None:
    """Clicks to first charts on a desk, and a first visit against a bare page with a chart, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        here = os.environ["SAC_DESK_DATA"]
        with (
            served(Path(folder), SAC_DESK_DATA=here) as desk,
            served(Path(folder), script=bare) as other,
            chromium() as browser,
        ):
            context = browser.new_context(viewport={"width": 1440, "height": 1000})
            clicked = clicks(context.new_page(), desk.url, runs)
            context.close()
            print(f"\n{f'click to first chart, {name}':44}   warm")
            for page, times in clicked.items():
                slow = f"   wanted within {WANTED_CLICK}" if statistics.median(times) > WANTED_CLICK else ""
                print(f"{page:44} {statistics.median(times):6.0f}{slow}", flush=True)
            query = urlencode({"strategy": selection()}, doseq=True)
            sights = {
                "bare page with a chart": other.url,
                "Overview": desk.url,
                "Compare": f"{desk.url}/compare?{query}",
            }
            first: dict[str, list[float]] = {name: [] for name in sights}
            again: dict[str, list[float]] = {name: [] for name in sights}
            for _ in range(runs):
                for sight, address in sights.items():
                    context = browser.new_context(viewport={"width": 1440, "height": 1000})
                    first[sight].append(seen_after(context.new_page(), address, CHART))
                    again[sight].append(seen_after(context.new_page(), address, CHART))
                    context.close()
    print(f"\n{f'to the first chart, {name}':44} new visitor, second visit")
    for sight in sights:
        over = statistics.median(np.subtract(first[sight], first["bare page with a chart"]))
        late = f"   {over:+.0f} over the bare page, wanted within {WANTED_FIRST}" if over else ""
        print(
            f"{sight:44} {statistics.median(first[sight]):6.0f} {statistics.median(again[sight]):6.0f}{late}"
        )


def clicks(page: "Page", url: str, runs: int) -> dict[str, list[float]]:
    """Milliseconds from a click on a page's name until its first chart is drawn, of pages that have one.

    Every page is visited once before: Plotly's script and the caches are there.
    """
    titles = [place.title for place in PLACES.values()]
    page.goto(url)
    rest(page)
    drawn = []
    for title in titles:
        page.get_by_role("link", name=title, exact=True).first.click()
        page.get_by_role("heading", name=title, exact=True).wait_for(timeout=PATIENCE)
        rest(page)
        page.wait_for_timeout(2_000)  # charts draw after the text
        if page.locator(CHART).count():
            drawn.append(title)
    took: dict[str, list[float]] = {title: [] for title in drawn}
    blank = next(title for title in titles if title not in drawn)
    for _ in range(runs):
        for title in drawn:
            took[title].append(click(page, title, blank))
    return took


def click(page: "Page", title: str, blank: str) -> float:
    """Milliseconds from a click on a page's name until its first chart, coming from a page without one."""
    page.get_by_role("link", name=blank, exact=True).first.click()
    page.get_by_role("heading", name=blank, exact=True).wait_for(timeout=PATIENCE)
    rest(page)
    page.locator(CHART).first.wait_for(state="detached", timeout=PATIENCE)
    began = time.perf_counter()
    page.get_by_role("link", name=title, exact=True).first.click()
    page.locator(CHART).first.wait_for(timeout=PATIENCE)
    took = (time.perf_counter() - began) * 1e3
    rest(page)
    return took


def seen_after(page: "Page", address: str, sight: str) -> float:
    """Milliseconds from opening an address until the sight is there."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(sight).first.wait_for(timeout=PATIENCE)
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
