"""Files that other processes read while they are replaced, and disks that have no room for them."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sac.errors import DiskFull

__all__ = ["disk_full", "free_bytes", "replace_file", "room_needed"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole: a reader sees the old one or the new one; on a full disk the old one stays.

    Raises DiskFull there.
    """
    staging = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with room_needed(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with staging.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            staging.replace(path)
        finally:
            staging.unlink(missing_ok=True)


@contextmanager
def room_needed(path: Path) -> Iterator[None]:
    """Let the system's "no space left" be a DiskFull that names the disk. `path`: what is written."""
    try:
        yield
    except OSError as refusal:
        full = disk_full(refusal, path)
        if full is None:
            raise
        raise full from refusal


def disk_full(error: BaseException, place: Path) -> DiskFull | None:
    """What to tell where an error says that a disk, or somebody's share of it, is used up; else None.

    `place`: somewhere on the disk, for an error that names no file.
    """
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return None
    file = error.filename if isinstance(error.filename, str | os.PathLike) else place
    return DiskFull(Path(file).absolute())


def free_bytes(path: Path) -> int:
    """Room on the disk that holds a path, which need not exist yet."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(there).free
