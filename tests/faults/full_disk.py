"""A disk that is truly full: a small file system of its own, filled to the last byte."""

import contextlib
import errno
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.rounds import Desk

__all__ = ["NoMount", "filled", "full_round", "room_made", "small_disk"]

BALLAST = "ballast"


class NoMount(Exception):  # noqa: N818 - a right that this process does not have
    """This process may mount nothing: root may, in many containers nobody may."""


@contextlib.contextmanager
def small_disk(place: Path, megabytes: int = 16) -> Iterator[Path]:
    """A file system of that size at a place. Raises NoMount."""
    place.mkdir(parents=True, exist_ok=True)
    command = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place))
    try:
        made = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise NoMount("there is no command `mount`") from None
    if made.returncode:
        raise NoMount(made.stderr.strip())
    try:
        yield place
    finally:
        subprocess.run(("umount", "--lazy", str(place)), check=True)


def filled(disk: Path, room: int = 0) -> None:
    """Fill a disk, but for so many bytes (in whole pages)."""
    handle = os.open(disk / BALLAST, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while True:
            os.write(handle, bytes(4096))
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise
    finally:
        size = os.fstat(handle).st_size
        os.ftruncate(handle, max(0, size - room))
        os.close(handle)


def room_made(disk: Path) -> None:
    """Take away what filled it."""
    (disk / BALLAST).unlink(missing_ok=True)


def full_round(desk: Desk, rng: random.Random) -> None:
    """A process trains and decides until the disk has no room left; it dies of that, and says so."""
    disk = desk.registry.root.parent
    filled(disk, rng.randrange(0, 300_000))
    said = disk.parent / "said"

    def harm() -> None:
        sys.stderr = said.open("w")  # it dies of the refusal, with a trace

    if desk.in_child(harm, 60.0) != 1:
        raise AssertionError("a process lived on without a disk")
    last = said.read_text().strip().splitlines()[-1]
    if not (last.startswith("sac.errors.DiskFull: ") and str(disk) in last):
        raise AssertionError(f"a full disk was not called one: {last}")
    room_made(disk)
