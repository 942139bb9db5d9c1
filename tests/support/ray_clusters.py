"""Ray clusters on this machine that end with the test, and touch no other cluster."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.serving import free_port

__all__ = ["Cluster", "started"]

SECONDS = 120.0  # that a busy machine may take for anything here


@dataclass(frozen=True)
class Cluster:
    """A head with its workers: one session, its services one group of processes."""

    port: int
    client: int  # where a machine outside it is let in
    group: int

    @property
    def address(self) -> str:
        """Where it is joined."""
        return f"127.0.0.1:{self.port}"

    def working(self, task: str) -> list[int]:
        """The processes that do a task of that name now."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                name = (process / "cmdline").read_bytes().rstrip(b"\0 ").decode()
                if name.endswith(f"ray::{task}") and os.getsid(int(process.name)) == self.group:
                    found.append(int(process.name))
        return found

    def end(self) -> None:
        """Kill it, whatever it does."""
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)


@contextmanager
def started(cpus: int) -> Iterator[Cluster]:
    """A cluster of so many workers."""
    assert os.environ["RAY_AUTH_MODE"] == "disabled", "else a token is written into the user's home"
    port, client = free_port(), free_port()
    command = [
        *(str(Path(sys.executable).with_name("ray")), "start", "--head", "--block"),
        *("--port", str(port), "--ray-client-server-port", str(client), "--num-cpus", str(cpus)),
        *("--include-dashboard=false", "--disable-usage-stats"),
    ]
    quiet = subprocess.PIPE
    process = subprocess.Popen(command, stdout=quiet, stderr=subprocess.STDOUT, start_new_session=True)
    cluster = Cluster(port, client, process.pid)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if b"Ray runtime started" in line:
                break
        yield cluster
    finally:
        cluster.end()
        process.communicate()


def until(condition, seconds=SECONDS):
    """What a condition gives, as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found
