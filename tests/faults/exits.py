"""`python -m tests.faults.exits --count 500`: commands that are refused, as processes, and how they end."""

import argparse
import collections
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.faults.replaced import ARCHIVE

__all__ = ["ended"]

COMMANDS = (
    "data status",  # reads a damaged parquet file, in threads of its library
    "weights sac_lstm",
    "weights ppo_patchtst",
    "rollback ppo_lstm --reason x",
    "hub push sac_lstm",
)


def ended(count: int) -> "collections.Counter[tuple[str, int, int]]":
    """Command, exit code and lines on stderr, each with how often it was so."""
    ends: collections.Counter[tuple[str, int, int]] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(folder, filter="data")
        data = Path(folder) / "data"
        (data / "output" / "daily_sentiment.parquet").write_bytes(b"PAR1" + bytes(range(256)) * 40 + b"PAR1")
        for number in range(count):
            command = COMMANDS[number % len(COMMANDS)]
            asked = subprocess.run(
                [sys.executable, "-m", "app.cli", *command.split()],
                env={**os.environ, "SAC_DESK_DATA": str(data)},
                capture_output=True,
                text=True,
            )
            ends[command, asked.returncode, len(asked.stderr.splitlines())] += 1
    return ends


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    for (command, code, lines), times in sorted(ended(parser.parse_args().count).items()):
        print(f"{times:5} x code {code}, {lines} line(s) on stderr: {command}")
