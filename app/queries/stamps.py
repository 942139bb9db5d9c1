"""What pages read: cached by what is on disk, so that a finished training shows at the next rerun."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG

__all__ = ["stamp"]


def stamp(path: Path) -> str:
    """What changes when a file, or one under a folder, does: cheap to take, unlike a checksum.

    One word for them all: Streamlit hashes the key of a cached read part by part, which took longer for
    the files of 50 versions than a page does.
    """
    return hashlib.sha256(repr(sorted(_facts(str(path)))).encode()).hexdigest()


def _facts(path: str) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every plain file; what is replaced under our eyes is left out."""
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
