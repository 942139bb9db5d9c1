"""How long target weights take over HTTP: alone, beside a training, and fifty at once.

python -m benchmarks.api [--data FOLDER] [--variant sac_lstm] [--requests 200] [--parallel 50]
It serves a desk of its own on a copy of that data root, whose variant must have a champion, or on a new one
with small versions: the training beside which it asks stands in no ledger but the copy's.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.dashboard import copied
from benchmarks.page_roots import data_root
from tests.support.serving import served

WANTED, WANTED_IN_TRAINING = 150, 400  # milliseconds, medians (docs/requirements.md)
TOKEN = "benchmark-0123456789"
BODY = {
    "portfolio": {"cash": 1000.0, "positions": [{"symbol": "AAPL", "market_value": 500.0}]},
    "as_of_date": "2022-12-16",
}


def main() -> None:
    """Print a table of latencies in milliseconds."""
    options, headers = parsed(), {"Authorization": f"Bearer {TOKEN}"}
    limits = httpx.Limits(max_connections=options.parallel + 1)
    with (
        data_root(options.data) as data,
        copied(data) as folder,
        served(folder, SAC_DESK_API_TOKEN=TOKEN, SAC_DESK_API_REQUESTS_PER_MINUTE="1000000") as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=120, limits=limits) as desk,
    ):
        measured(desk, options)


def measured(desk: httpx.Client, options: argparse.Namespace) -> None:
    """Ask one after the other, beside a training, and all at once."""
    path = f"/inference/{options.variant}"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; first answer {asked(desk, path):.0f} ms")
    print(f"{'':24}  median     95 %  slowest   wanted")
    row("unloaded", [asked(desk, path) for _ in range(options.requests)], WANTED)
    with training(desk, options.variant):
        row("beside a training", [asked(desk, path) for _ in range(options.requests)], WANTED_IN_TRAINING)
    with ThreadPoolExecutor(options.parallel) as pool:
        began = time.perf_counter()
        pending = [pool.submit(asked, desk, path) for _ in range(options.parallel)]
        loop = [alive(desk) for _ in range(10)]
        times = [future.result() for future in pending]
    row(f"{options.parallel} at once", times)
    print(f"all {options.parallel} answered within {time.perf_counter() - began:.2f} s")
    row("/health meanwhile", loop)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="a data root, which is copied")
    parser.add_argument("--variant", default="sac_lstm")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--parallel", type=int, default=50)
    return parser.parse_args()


def asked(desk: httpx.Client, path: str) -> float:
    """Milliseconds until the weights were there."""
    began = time.perf_counter()
    answer = desk.post(path, json=BODY)
    if answer.status_code != 200:
        sys.exit(f"{answer.status_code}: {answer.text}")
    return 1000 * (time.perf_counter() - began)


def alive(desk: httpx.Client) -> float:
    """Milliseconds until the server's event loop, which also serves the pages, had a moment."""
    began = time.perf_counter()
    desk.get("/health", headers={"Connection": "close"}).raise_for_status()
    return 1000 * (time.perf_counter() - began)


@contextmanager
def training(desk: httpx.Client, variant: str) -> Iterator[None]:
    """A training at work, past its start, cancelled in the end."""
    other = "ppo_lstm" if variant == "sac_lstm" else "sac_lstm"
    answer = desk.post(f"/train/{other}/full", json={"updates": 500_000, "seed": int(time.time())})
    if answer.status_code != 202:
        sys.exit(f"{answer.status_code}: {answer.text}")
    url = answer.json()["status_url"]
    try:
        while (job := desk.get(url).json())["stage"] not in ("forecasts", "agents"):
            if job["error"]:
                sys.exit(job["error"])
            time.sleep(0.5)
        yield
    finally:
        desk.post(f"{url}/cancel")
        while desk.get(url).json()["finished_at"] is None:  # else it writes while its folder is removed
            time.sleep(0.5)


def row(name: str, times: list[float], wanted: float | None = None) -> None:
    """One line of the table."""
    late = statistics.quantiles(times, n=20, method="inclusive")[-1]
    goal = "" if wanted is None else f"{wanted:9.0f}"
    print(f"{name:24}{statistics.median(times):8.0f} {late:8.0f} {max(times):8.0f}{goal}")


if __name__ == "__main__":
    main()
