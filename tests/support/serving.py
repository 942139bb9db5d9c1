"""The dashboard as a user starts it: a process of its own, on a free port and a data root of its own.

Any other Streamlit script is served alike, for benchmarks that need something to compare with.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A running dashboard."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def served(
    folder: Path, port: int | None = None, *, script: Path | None = None, **environment: str
) -> Iterator[Served]:
    """Serve the data root `folder`/data until the block ends; with `script`, that page and no desk."""
    desk = started(folder, port or free_port(), script=script, **environment)
    try:
        await_answer(desk)
        yield desk
    finally:
        desk.process.terminate()
        try:
            desk.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            desk.process.kill()
            desk.process.wait()


def started(folder: Path, port: int, *, script: Path | None = None, **environment: str) -> Served:
    """A server that was started and does not answer yet."""
    command = ["app.cli"] if script is None else ["streamlit", "run", str(script), "--server.headless=true"]
    variables = {"SAC_DESK_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT), **environment}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--server.port", str(port)],
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return Served(process, port, folder / "server.log")


def await_answer(desk: Served) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + 60  # three seconds, if nobody else used the machine
    while True:
        try:
            # A server that has no such route answers it with its page.
            urllib.request.urlopen(f"{desk.url}/health", timeout=5).close()
            return
        except OSError:
            assert desk.process.poll() is None, desk.log.read_text()
            assert time.monotonic() < deadline, desk.log.read_text()
            time.sleep(0.1)
