"""What the dashboard's process costs: its start, its memory, its idling, and what it imports for that.

python -m benchmarks.dashboard [--roots FOLDER] [--data FOLDER] [--seconds 30] [--starts 3]
The process is started as a user starts it, on a copy of a desk with 15 stocks and 3 versions and of one with
200 and 50; see benchmarks.pages for --roots. Memory is its resident set, CPU its user and system time, both
as /proc says, so this runs on Linux only. Pages are visited in the system's Chromium, which is not counted.
"""

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from filelock import FileLock

from app.jobs.store import JobStore
from app.settings import Settings
from benchmarks.chromium import chromium, opened, paths
from benchmarks.page_roots import SIZES, progress, roots
from tests.support.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INFERENCE = "weights"  # the page that asks a model; Promotion asks a challenger that waits
WITHOUT = [path for path in paths() if path not in (INFERENCE, "promotion")]
SESSIONS = ("", "compare", "training")
HEAVY = ("torch", "transformers", "sklearn", "skfolio", "exchange_calendars", "yfinance", "huggingface_hub")
WANTED = {"start": 5.0, "memory": 400, "idle": 1.0}  # seconds, MiB, percent of a core
SETTLING = 5.0  # seconds after a page is whole until its session is called idle
IMPORTED = re.compile(r"^import time:.*\| +(\w+)$", re.MULTILINE)  # of a whole package


def main() -> None:
    """Print one table per desk."""
    options = parsed()
    with ExitStack() as stack:
        folder = options.roots or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if options.data:
            desks = {"the given data": options.data}
        else:
            made = roots(folder)
            desks = {str(size): made[size] for size in (SIZES[0], SIZES[-1])}
        browser = stack.enter_context(chromium())
        for name, data in desks.items():
            print(f"\n{name}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
            with copied(data) as root:
                starts(root, browser, options.starts)
                imports(root, browser)
                memory(root, browser)
                idling(root, browser, options.seconds)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--roots", type=Path, help="where desks of every size are, or are to be kept")
    parser.add_argument("--data", type=Path, help="a data root with trained versions")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long idling is watched")
    parser.add_argument("--starts", type=int, default=3)
    return parser.parse_args()


@contextmanager
def copied(data: Path) -> Iterator[Path]:
    """A folder whose `data` is that root; databases are copied, all else is linked, for nobody changes it."""

    def taken(source: str, target: str) -> None:
        copy: Callable[[str, str], object] = shutil.copy2 if "sqlite3" in source else os.link
        copy(source, target)

    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        shutil.copytree(data, Path(folder) / "data", copy_function=taken)
        yield Path(folder)


@dataclass(frozen=True)
class Process:
    """What the kernel says of a process."""

    pid: int

    def memory(self) -> float:
        """Resident set in MiB."""
        [size] = re.findall(r"VmRSS:\s+(\d+) kB", self._read("status"))
        return int(size) / 1024

    def cpu(self) -> float:
        """Seconds of user and system time so far, all threads."""
        fields = self._read("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text()


def line(name: str, value: str, wanted: float | None = None, unit: str = "") -> None:
    """One row of the table."""
    print(f"{name:56} {value:>10}{f'   wanted below {wanted:g} {unit}' if wanted else ''}", flush=True)


def starts(root: Path, browser: "Browser", count: int) -> None:
    """Seconds from the start of the process to its first answer, and to the first whole page."""
    answered, rendered, used = [], [], []
    for _ in range(count):
        began = time.perf_counter()
        with served(root) as desk:
            answered.append(time.perf_counter() - began)
            used.append(Process(desk.process.pid).cpu())
            with browser.new_context() as context:
                opened(context.new_page(), desk.url)
                rendered.append(time.perf_counter() - began)
    line("start to the first /health", f"{statistics.median(answered):.1f} s", WANTED["start"], "s")
    line("  of it CPU time", f"{statistics.median(used):.1f} s")
    line("start to the first whole page in a new browser", f"{statistics.median(rendered):.1f} s")


def imports(root: Path, browser: "Browser") -> None:
    """Heavy packages that were imported by the start and by every page, without inference and with it."""
    with served(root, PYTHONPROFILEIMPORTTIME="1") as desk, browser.new_context() as context:
        line("imported by the start", heavy(desk.log))
        page = context.new_page()
        for path in WITHOUT:
            opened(page, desk.url, path)
        line("imported by then every page without inference", heavy(desk.log))
        opened(page, desk.url, INFERENCE)
        line("imported with inference", heavy(desk.log))


def heavy(log: Path) -> str:
    """Which of the heavy packages a process has told of that says what it imports."""
    known = set(IMPORTED.findall(log.read_text(errors="replace")))
    return ", ".join(name for name in HEAVY if name in known) or "none"


def memory(root: Path, browser: "Browser") -> None:
    """Resident MiB along a day's visits."""
    with served(root) as desk, ExitStack() as stack:
        process = Process(desk.process.pid)
        line("memory after the start", f"{process.memory():.0f} MiB", WANTED["memory"], "MiB")
        with browser.new_context() as context:
            page = context.new_page()
            for path in WITHOUT:
                opened(page, desk.url, path)
            line(
                "  after every page without inference", f"{process.memory():.0f} MiB", WANTED["memory"], "MiB"
            )
        for path in SESSIONS:
            opened(stack.enter_context(browser.new_context()).new_page(), desk.url, path)
        line(f"  with {len(SESSIONS)} sessions", f"{process.memory():.0f} MiB", WANTED["memory"], "MiB")
        opened(stack.enter_context(browser.new_context()).new_page(), desk.url, INFERENCE)
        line("  after inference", f"{process.memory():.0f} MiB")


def idling(root: Path, browser: "Browser", seconds: float) -> None:
    """Percent of a core with nobody there, with one page that nobody touches, and with one that watches."""
    with served(root) as desk:
        process = Process(desk.process.pid)

        def used() -> str:
            time.sleep(SETTLING)
            before, began = process.cpu(), time.perf_counter()
            time.sleep(seconds)
            return f"{100 * (process.cpu() - before) / (time.perf_counter() - began):.1f} %"

        line("CPU with no session", used(), WANTED["idle"], "%")
        with browser.new_context() as context:
            opened(context.new_page(), desk.url)
            line("CPU with one session on an idle Overview", used(), WANTED["idle"], "%")
        with running(Settings(root / "data")), browser.new_context() as context:
            opened(context.new_page(), desk.url, "training")
            line("CPU with one session that watches a running training", used())


@contextmanager
def running(root: Settings) -> Iterator[None]:
    """A training as the dashboard sees one: its lock is held, and it reports once a second."""
    store, name, over = JobStore(root.jobs), f"{time.time_ns() % 16**12:012x}", Event()
    store.add(name, "ppo_patchtst", "full", {"preset": "plan"}, "Ada")
    store.start(name)

    def work() -> None:
        update = 0
        while not over.wait(1.0):
            update += 100
            store.advance(name, progress(update, min(0.99, update / 100_000)))

    with FileLock(root.jobs / f"{name}.lock"):  # held by whoever does a job
        thread = Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            store.finish(name, "cancelled")


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit("error: this benchmark reads /proc, which only Linux has.")
    main()
