"""`python -m tests.faults.soak --hours 8`: as many looks at a training as a browser takes in that time.

The looks come as fast as the server answers. Visitors come and go. The server's memory is read as it goes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from tests.faults.small_market import small_market
from tests.faults.visitor import Visitor
from tests.support.serving import Served, served

__all__ = ["Soaked", "memory_mb", "soaked", "training_under_way"]

POLL_SECONDS = 2.0  # between two looks of a page in a browser
WARM_UP = 0.25  # of the looks: imports, caches and the allocator's pools fill up


@dataclass(frozen=True)
class Soaked:
    """What came of a soak."""

    polls: int
    visitors: int
    seconds: float
    memory: list[tuple[int, float]]  # looks so far, MB
    problems: list[str]

    @property
    def slope(self) -> float:
        """MB by which the server grew with every 1,000 looks, after the warm-up."""
        looks, megabytes = np.array([m for m in self.memory if m[0] >= WARM_UP * self.polls]).T
        return float(np.polyfit(looks / 1000.0, megabytes, 1)[0])


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024.0


@contextmanager
def training_under_way(desk: Served, stage: str = "agents") -> Iterator[str]:
    """A real training that has come to a stage, and lasts as long as the block; its job's id."""
    with httpx.Client(base_url=desk.url, timeout=30.0) as client:
        body = {"members": 1, "updates": 200_000, "evaluation_years": 1}
        job = client.post("/train/sac_lstm/full", json=body).raise_for_status().json()["job_id"]
        try:
            while (now := client.get(f"/jobs/{job}").json())["stage"] != stage:
                assert now["status"] in ("queued", "running"), now
                time.sleep(0.1)
            yield job
        finally:
            client.post(f"/jobs/{job}/cancel")
            while client.get(f"/jobs/{job}").json()["status"] == "cancelling":
                time.sleep(0.2)


async def soaked(desk: Served, polls: int, stay: int, at_once: int = 4, every: int = 400) -> Soaked:
    """Let visitors look at the Training page; each stays for so many looks, then another one comes."""
    taken = visitors = 0
    memory: list[tuple[int, float]] = []
    problems: list[str] = []
    began = time.monotonic()

    async def seat() -> None:
        nonlocal taken, visitors
        while taken < polls:
            async with Visitor(desk, "training") as visitor:
                visitors += 1
                for _ in range(stay):
                    if taken >= polls:
                        break
                    taken += 1
                    await visitor.poll()
                    if taken // every > len(memory):
                        memory.append((taken, memory_mb(desk.process.pid)))
                        seconds = time.monotonic() - began
                        print(f"{taken:,} looks, {memory[-1][1]:.1f} MB, {seconds:.0f} s", file=sys.stderr)
            if not visitor.progress:
                problems.append("a visitor saw no progress")
            problems.extend(visitor.problems)

    await asyncio.gather(*(seat() for _ in range(at_once)))
    return Soaked(taken, visitors, time.monotonic() - began, memory, problems)


def main(hours: float, stay: int, at_once: int) -> int:
    """Print what came of it; 0 when nobody met a problem."""
    polls = round(hours * 3600.0 / POLL_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        small_market(Path(folder) / "data")
        return _report(Path(folder), polls, hours, stay, at_once)


def _report(folder: Path, polls: int, hours: float, stay: int, at_once: int) -> int:
    with served(folder) as desk:
        with training_under_way(desk):
            result = asyncio.run(soaked(desk, polls, stay, at_once))
        print(
            f"{result.polls:,} looks ({hours:g} h at one every {POLL_SECONDS:g} s) by {result.visitors} "
            f"visitors, {at_once} at once, in {result.seconds / 60:.1f} min"
        )
        steps = result.memory[:: max(1, len(result.memory) // 8)]
        print("MB after looks:", ", ".join(f"{mb:.0f} ({looks:,})" for looks, mb in steps))
        print(
            f"server: {result.memory[-1][1]:.0f} MB at the end, {result.slope:+.2f} MB per 1,000 looks after "
            f"the first {WARM_UP:.0%}"
        )
    print("\n".join([f"problems: {len(result.problems)}", *dict.fromkeys(result.problems)]))
    return bool(result.problems)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--stay", type=int, default=60, help="looks of one visitor")
    parser.add_argument("--at-once", type=int, default=4)
    sys.exit(main(**vars(parser.parse_args())))
