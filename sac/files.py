"""Files that other processes read while they are replaced, and what the system says where they cannot be."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from sac.errors import DiskFull, StorageError

__all__ = [
    "NO_LOCKS",
    "explained",
    "follow_umask",
    "free_bytes",
    "keep_sealed",
    "private",
    "read_sealed",
    "refusal_of",
    "replace_file",
    "stamp",
    "unsealed",
    "writable",
]

_DIGEST = 64  # hex characters of a checksum
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_CAUSES = {  # errno -> what is wrong with the path, and what to do
    errno.EACCES: "may not be read or written by this user: give its user the right, then try again",
    errno.EPERM: "may not be read or written by this user: give its user the right, then try again",
    errno.EROFS: "cannot be written, its file system is read-only: mount it for writing, or choose another "
    "data root (SAC_DESK_DATA)",
    errno.EISDIR: "is a folder where a file should be: move it away, then try again",
    errno.ENOTDIR: "cannot be reached, a part of its path is a file: move that file away",
    errno.EEXIST: "is a file where a folder should be: move it away, then try again",
    errno.ENOENT: "is missing: check its name, or restore it from a backup",
    errno.ENOLCK: "cannot be locked, its file system keeps no locks: put the data root (SAC_DESK_DATA) on a "
    "local disk",
    errno.EMFILE: "cannot be opened, this process has too many open files: raise `ulimit -n`, then try again",
}
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # what locking says where there is none
_CAUSES |= dict.fromkeys(NO_LOCKS, _CAUSES[errno.ENOLCK])

_mode = 0o600  # of new files that say what people hold, decide and do


def follow_umask() -> None:
    """Create private files with the rights that the umask leaves, from here on in this process."""
    global _mode
    _mode = 0o666


def private(path: str | Path, flags: int) -> int:
    """An opener for `open` whose new files are their owner's only: what people hold, decide and do."""
    return os.open(path, flags, _mode)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole: a reader sees the old one or the new one; where that fails, the old one stays.

    A new file is `private`. Raises StorageError, DiskFull among them.
    """
    staging = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(staging, "wb", opener=private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            staging.replace(path)
        finally:
            staging.unlink(missing_ok=True)


def keep_sealed(path: Path, content: bytes) -> None:
    """Write a file with its own checksum at its end, for `read_sealed`. Raises StorageError."""
    replace_file(path, content + hashlib.sha256(content).hexdigest().encode())


def read_sealed(path: Path) -> bytes | None:
    """What `keep_sealed` wrote; None where there is none, it cannot be read, or a byte of it changed."""
    try:
        return unsealed(path.read_bytes())
    except OSError:
        return None


def unsealed(sealed: bytes) -> bytes | None:
    """The content of such a file's bytes; None where one of them changed."""
    content, digest = sealed[:-_DIGEST], sealed[-_DIGEST:]
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Let an error of the system be a StorageError. `path`: what it is about, where it names no file."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise  # a library's word, such as that of a lock that is not free
        raise _refusal(error, path) from error


def refusal_of(error: OSError, place: Path) -> StorageError | None:
    """What to tell of an error of the system: path, cause and remedy; None where it is not about a file.

    `place`: somewhere on the disk, for an error that names no file.
    """
    about_a_file = error.filename is not None or error.errno in (*_NO_ROOM, *_CAUSES)
    return _refusal(error, place) if error.errno is not None and about_a_file else None


def _refusal(error: OSError, place: Path) -> StorageError:
    named = error.filename if isinstance(error.filename, str | os.PathLike) else place
    path = Path(named).absolute()
    if error.errno in _NO_ROOM:
        return DiskFull(path)
    cause = _CAUSES.get(error.errno or 0, "cannot be read or written: check the disk that holds it")
    return StorageError(f"{path} {cause} ({error.strerror or error}).")


def free_bytes(path: Path) -> int:
    """Room on the disk that holds a path, which need not exist yet."""
    return shutil.disk_usage(_there(path)).free


def writable(path: Path) -> bool:
    """Whether this process may make files in a folder, which need not exist yet."""
    effective = os.access in os.supports_effective_ids
    return os.access(_there(path), os.W_OK | os.X_OK, effective_ids=effective)


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if os.path.exists(folder))


def stamp(path: Path) -> str:
    """What changes when a file, or one under a folder, does: cheap to take, unlike a checksum.

    One digest for them all: a cache that hashes its key part by part takes longer for the files of 50
    versions than a page does.
    """
    return hashlib.sha256(repr(sorted(_facts(str(path)))).encode()).hexdigest()


def _facts(path: str) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every plain file; what is replaced meanwhile, or cannot be read, is left out."""
    try:
        status = os.stat(path)
        if S_ISREG(status.st_mode):
            yield path, status.st_mtime_ns, status.st_size
        elif S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                names = [entry.path for entry in entries]
            for name in names:
                yield from _facts(name)
    except OSError:
        return
