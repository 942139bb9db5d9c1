"""Files that other processes read while they are replaced, and disks that have no room for them."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from sac.errors import DiskFull

__all__ = ["disk_full", "free_bytes", "replace_file", "room_needed", "stamp"]

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


def stamp(path: Path) -> str:
    """What changes when a file, or one under a folder, does: cheap to take, unlike a checksum.

    One digest for them all: a cache that hashes its key part by part takes longer for the files of 50
    versions than a page does.
    """
    return hashlib.sha256(repr(sorted(_facts(str(path)))).encode()).hexdigest()


def _facts(path: str) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every plain file; what is replaced meanwhile is left out."""
    try:
        status = os.stat(path)
        if S_ISREG(status.st_mode):
            yield path, status.st_mtime_ns, status.st_size
        elif S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                names = [entry.path for entry in entries]
            for name in names:
                yield from _facts(name)
    except FileNotFoundError:
        return
