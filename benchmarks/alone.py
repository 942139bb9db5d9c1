"""Work in a fresh process, so that its memory and its imports are its own."""

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

__all__ = ["alone", "peak_memory"]

T = TypeVar("T")


def alone(work: Callable[..., T], *arguments: object) -> T:
    """What a function comes to in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak_memory() -> float:
    """Most memory (MB) that this process has held so far."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux lets a child's ru_maxrss begin with its parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
