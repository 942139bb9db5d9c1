"""`python -m tests.faults.load --sessions 20`: so many browsers watch a real training at the same time."""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.faults.small_market import small_market
from tests.faults.soak import memory_mb, training_under_way
from tests.support.serving import Served, served

__all__ = ["Load", "loaded"]

PAGES = ("training", "training", "training", "")  # of four sessions three watch, one has the overview open
UPDATES = re.compile(r"update [\d,]+ of")
LONG = 240_000  # ms: twenty browsers on two cores


@dataclass(frozen=True)
class Load:
    """The result of so many sessions."""

    sessions: int
    moving: int  # sessions that showed the training, and showed it further on at the end
    problems: list[str]
    memory_mb: float
    cpu: float  # share of one core that the server used
    page_seconds: list[float]  # fresh loads of the Training page, beside all others
    health_ms: list[float]

    def __str__(self) -> str:
        return (
            f"{self.sessions} sessions, {self.moving} of them saw the training go on, "
            f"{len(self.problems)} problems\n"
            f"server: {self.memory_mb:.0f} MB, {self.cpu:.0%} of a core\n"
            f"a fresh page: {statistics.median(self.page_seconds):.1f} s "
            f"(median of {len(self.page_seconds)}), with its progress on show\n"
            f"GET /health: {statistics.median(self.health_ms):.0f} ms (median of {len(self.health_ms)}), "
            f"slowest {max(self.health_ms):.0f} ms"
        )


def loaded(desk: Served, sessions: int, seconds: float) -> Load:
    """Open so many sessions on a desk that trains, and let them poll."""
    from playwright.sync_api import sync_playwright

    problems: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        pages = []
        for number in range(sessions):
            pages.append(_session(browser, f"{desk.url}/{PAGES[number % len(PAGES)]}", problems))
            print(f"{number + 1} sessions", file=sys.stderr)
        before, polled = [_progress(page) for page in pages], _cpu_seconds(desk)
        began = time.monotonic()
        fresh, health = _measured(browser, desk, seconds, problems, lambda: pages[0].wait_for_timeout(200))
        cpu = (_cpu_seconds(desk) - polled) / (time.monotonic() - began)
        moving = sum(_moved(page, was) for page, was in zip(pages, before, strict=True))
        memory = memory_mb(desk.process.pid)
        problems += [f"{page.url} shows an error" for page in pages if _errors(page).count()]
        browser.close()
    return Load(sessions, moving, problems, memory, cpu, fresh, health)


def _session(browser: Any, url: str, problems: list[str]) -> Any:
    """A session of its own that shows the training."""
    page = browser.new_context().new_page()
    page.set_default_timeout(LONG)
    page.on("pageerror", lambda error: problems.append(f"{url}: {error}"))
    page.goto(url)
    _progress(page)
    return page


def _progress(page: Any) -> str:
    """What stands at the training's progress bar."""
    return str(page.get_by_text(UPDATES).first.inner_text())


def _errors(page: Any) -> Any:
    """What a page calls an error, save that the data are old, as they are here."""
    alarms = page.locator("[data-testid=stException], [data-testid=stAlertContentError]")
    return alarms.filter(has_not_text="complete weeks are missing")


def _moved(page: Any, before: str) -> bool:
    """Whether a session shows the training further on than before, now or at one of its next looks."""
    deadline = time.monotonic() + LONG / 1000.0
    while (same := _progress(page) == before) and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    return not same


def _measured(
    browser: Any, desk: Served, seconds: float, problems: list[str], pause: Callable[[], None]
) -> tuple[list[float], list[float]]:
    """Loads of a fresh page and answers of /health, in turns, while all others poll."""
    fresh, health, deadline = [], [], time.monotonic() + seconds
    with httpx.Client(base_url=desk.url, timeout=60.0, trust_env=False) as client:
        while time.monotonic() < deadline or not fresh:
            began = time.monotonic()
            page = _session(browser, f"{desk.url}/training", problems)
            fresh.append(time.monotonic() - began)
            page.context.close()
            for _ in range(10):
                began = time.monotonic()
                client.get("/health").raise_for_status()
                health.append(1000.0 * (time.monotonic() - began))
                pause()
    return fresh, health


def _cpu_seconds(desk: Served) -> float:
    """Seconds of a core that the server has used."""
    ticks = Path(f"/proc/{desk.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / 100.0


@contextmanager
def training_desk(folder: Path) -> Iterator[Served]:
    """A desk whose training lasts until the block ends."""
    small_market(folder / "data")
    with served(folder) as desk, training_under_way(desk):
        yield desk


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what came of it; 0 where every session saw the training go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long all of them poll")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, training_desk(Path(folder)) as desk:
        result = loaded(desk, options.sessions, options.seconds)
    print("\n".join([str(result), *dict.fromkeys(result.problems)]))
    return bool(result.problems) or result.moving < options.sessions


if __name__ == "__main__":
    sys.exit(main())
