"""How long the pages take: their scripts, cold and warm, and the first chart in a browser.

python -m benchmarks.pages [--data FOLDER] [--runs 9] [--no-browser]
Without --data it trains three small variants on the embedded sample into a folder of its own. Scripts run in
Streamlit's own test runner, each page in a process of its own: cold is its first run there, with what it
imports and reads; warm is the median of the runs after it. The browser is Chromium: a new
visitor has an empty cache, a second visit the cache of the first.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
WANTED_WARM, WANTED_CHART = 400, 2_500  # milliseconds: Compare's script, and its chart over a bare page
SIX = ("Equal weight", "Buy & hold", "Inverse volatility", "HRP", "Minimum variance", "S&P 500 price index")
BARE = "import streamlit as st\nst.title('Bare')\n"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PORTS = {"desk": 8761, "bare": 8762}


def main() -> None:
    """Print milliseconds of every page."""
    options = parsed()
    if options.page:
        print(json.dumps(script_runs(options.page, options.view, options.runs)))
        return
    with data_root(options.data) as data:
        os.environ["SAC_DESK_DATA"] = str(data)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds")
        print(f"{'script':32}   cold   warm")
        for page in PAGES:
            report(page, measured(page, None, options.runs))
        for view in views():
            report(f"compare, {view}", measured("compare", view, options.runs), WANTED_WARM)
        if not options.no_browser:
            in_browser(options.runs)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--page", choices=PAGES, help="measure the script of one page only, as JSON")
    parser.add_argument("--view", help="the tab of Compare that is open")
    return parser.parse_args()


@contextmanager
def data_root(given: Path | None) -> Iterator[Path]:
    """The data root that was given, or a new one with three variants, as small as training gets."""
    if given:
        yield given
        return
    from sac import training
    from sac.config import DEMO_VARIANTS, preset_settings
    from sac.market import sample_panel
    from sac.registry import Registry

    with tempfile.TemporaryDirectory() as folder:
        panel, registry = sample_panel(), Registry(Path(folder) / "models")
        for variant in DEMO_VARIANTS:
            plan = preset_settings(variant, members=2, updates=50, validation_weeks=0)
            small = replace(plan.forecast, window=10, hidden=4, epochs=1, batch_size=8192)
            settings = replace(plan, forecast=small)
            training.full(variant, panel, settings, registry, Path(folder) / "cache")
        yield Path(folder)


def views() -> list[str]:
    """The tabs of Compare."""
    from app.evidence_sections import SECTIONS

    return [section.title for section in SECTIONS]


def selection() -> list[str]:
    """Three versions and six baselines."""
    from sac.registry import Registry

    registry = Registry(Path(os.environ["SAC_DESK_DATA"]) / "models")
    variants = [path.name for path in sorted(registry.root.iterdir()) if path.is_dir()]
    newest = [registry.versions(variant)[0].name for variant in variants if registry.versions(variant)]
    return [*newest[:3], *SIX]


def measured(page: str, view: str | None, runs: int) -> list[float]:
    """`script_runs` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pages", "--page", page, "--runs", str(runs)]
    done = subprocess.run(
        [*command, *(["--view", view] if view else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def script_runs(page: str, view: str | None, runs: int) -> list[float]:
    """Milliseconds of a page's first run and of those after it."""
    from streamlit.testing.v1 import AppTest

    desk = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120)
    if page == "compare":
        desk.query_params["strategy"] = selection()
    if view:
        desk.query_params["view"] = view
    took = []
    for number in range(runs + 1):
        began = time.perf_counter()
        if number == 0:  # the script of the frame without its own page, then the page
            desk.switch_page(f"../pages/{page}.py").run()
        else:
            desk.run()
        took.append((time.perf_counter() - began) * 1e3)
        assert not desk.exception, desk.exception[0].message
    return took


def report(name: str, took: list[float], wanted: int | None = None) -> None:
    """One line: the first run, and the median of the others."""
    warm = statistics.median(took[1:])
    target = f"   wanted below {wanted}" if wanted else ""
    print(f"{name:32} {took[0]:6.0f} {warm:6.0f}{target}", flush=True)


def in_browser(runs: int) -> None:
    """Compare's first chart against the title of a page that does nothing, in turns."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        with served(ROOT / "streamlit_app.py", "desk"), served(bare, "bare"), sync_playwright() as driver:
            flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
            query = urlencode({"strategy": selection()}, doseq=True)
            sights = {
                "bare page, title": (f"http://127.0.0.1:{PORTS['bare']}/", "h1"),
                "Compare, first chart": (
                    f"http://127.0.0.1:{PORTS['desk']}/compare?{query}",
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
            browser.close()
    print(f"{'browser':32} new visitor, second visit")
    for name in sights:
        print(f"{name:32} {statistics.median(first[name]):6.0f} {statistics.median(again[name]):6.0f}")
    over = [statistics.median(np.subtract(*reversed(times.values()))) for times in (first, again)]
    print(f"{'the chart over the bare page':32} {over[0]:6.0f} {over[1]:6.0f}   wanted below {WANTED_CHART}")


def seen_after(page: "Page", address: str, sight: str) -> float:
    """Milliseconds from opening an address until the sight is there."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(sight).first.wait_for(timeout=60_000)
    return (time.perf_counter() - began) * 1e3


@contextmanager
def served(script: Path, name: str) -> Iterator[None]:
    """A Streamlit server of that script."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    server = subprocess.Popen([*command, "--server.port", str(PORTS[name])], cwd=ROOT, **quiet)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORTS[name]}/", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline, f"the {name} server did not start"
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
