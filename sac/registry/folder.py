"""A version's folder on disk: exactly its files, each with its checksum, written whole or not at all."""

import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sac.errors import ArtifactError
from sac.registry.codecs import Unreadable, pack_json, unpack_json

__all__ = [
    "FILES",
    "LATER",
    "MANIFEST",
    "REMEDY",
    "Entry",
    "Manifest",
    "Stamp",
    "claimed",
    "complete",
    "in_use",
    "inspect",
    "manifest_of",
    "most_bytes",
    "read",
    "read_bytes",
    "read_small",
    "refusal",
    "seal",
    "sync",
    "verify",
    "write",
    "write_folder",
]

MANIFEST = "manifest.json"
FILES = (
    *("actor.pt", "critic.pt", "critic_target.pt", "log_alpha.pt", "optimizers.pt", "folds.pt"),
    *("forecaster.pt", "scaler.pkl", "config.json", "symbol_order.json", "metadata.json"),
    *("evaluation.parquet", "agents.parquet", "baselines.parquet", "training_log.parquet"),
)
LATER = frozenset(["agents.parquet"])  # versions of engines up to 3 lack them

REMEDY = "Restore the folder from a copy, or delete it and train again."

_SMALL = 1 << 20  # most bytes of a text file or of scaler.pkl
_TABLE = 1 << 27  # most bytes of a table
_LARGE = 1 << 30  # most bytes of any file: it is read into memory
_ABANDONED = 3600.0  # seconds after which a killed writer's leftovers are removed
_SETTLED = 2_000_000_000  # nanoseconds: younger files could change again within the clock's grain

_T = TypeVar("_T")


@dataclass(frozen=True)
class Entry:
    """One line of the manifest."""

    sha256: str
    size: int  # bytes


Manifest = dict[str, Entry]
Stamp = tuple[tuple[str, int, int, int, int], ...]  # (file, size, modified ns, changed ns, inode)

# What full verification said of a folder in the state of that stamp; None: every checksum fits.
_VERDICTS: dict[Path, tuple[Stamp, ArtifactError | None]] = {}


def refusal(folder: Path, problem: str) -> ArtifactError:
    """The error that names a version and what is wrong with it."""
    return ArtifactError(f"{folder.parent.name}/{folder.name}: {problem}. {REMEDY}")


def complete(names: Iterable[str]) -> bool:
    """Whether these are the files of a version, the manifest aside."""
    return set(FILES) - LATER <= set(names) <= set(FILES)


def most_bytes(name: str) -> int:
    """How large that file of a version may be."""
    return {".pt": _LARGE, ".parquet": _TABLE}.get(Path(name).suffix, _SMALL)


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """The checksums and sizes of these files."""
    return {name: Entry(hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()}


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write these files and their manifest into a folder; all of it is on the disk when this returns."""
    manifest = manifest_of(files)
    for name, data in files.items():
        write(folder / name, data)
    write(folder / MANIFEST, pack_json(manifest))
    sync(folder)


@contextmanager
def claimed(staging: Path) -> Iterator[None]:
    """Make a folder that is `in_use` for as long as the block, or the process, lasts."""
    staging.mkdir(parents=True)
    handle = os.open(staging, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def in_use(path: Path) -> bool:
    """Whether a writer is at work on a staged file or folder, or was within the hour.

    By the clock alone a writer would lose its work when the clock is set forward. A moment that lies ahead
    is of a clock that was set back since: it makes nothing young.
    """
    if 0.0 <= time.time() - path.lstat().st_mtime < _ABANDONED:
        return True
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def write(path: Path, data: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Wait until a folder's own entries (new names, renames) are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def inspect(folder: Path) -> tuple[Manifest, Stamp]:
    """The manifest, after a look that is cheap enough for polling: exactly our files, of the right sizes.

    Raises ArtifactError naming the file; also where `verify` has already found this state altered.
    """
    stamp = _stamp(folder)
    sizes = {name: size for name, size, *_ in stamp}
    for name in (MANIFEST, *FILES):
        if name not in sizes and name not in LATER:
            raise refusal(folder, f"{name} is missing")
    for name in sizes:
        if name not in (MANIFEST, *FILES):
            raise refusal(folder, f"{name} does not belong to a version")
    try:
        manifest = unpack_json(read_small(folder / MANIFEST), Manifest)
    except Unreadable as error:
        raise refusal(folder, f"{MANIFEST} {error}") from error
    if not complete(manifest):
        raise refusal(folder, f"{MANIFEST} lists other files than a version has")
    for name in LATER:
        if name in manifest and name not in sizes:
            raise refusal(folder, f"{name} is missing")
        if name in sizes and name not in manifest:
            raise refusal(folder, f"{name} does not belong to this version")
    for name, entry in manifest.items():
        if sizes[name] != entry.size:
            raise refusal(folder, f"{name} has {sizes[name]} bytes, not {entry.size}")
    known = _VERDICTS.get(folder)
    if known and known[0] == stamp and known[1]:
        raise known[1]
    return manifest, stamp


def verify(folder: Path, manifest: Manifest, stamp: Stamp) -> None:
    """Compare every checksum; the verdict is remembered until a file's times, size or inode change."""
    known = _VERDICTS.get(folder)
    if known and known[0] == stamp:
        problem = known[1]
    else:
        problem = _altered(folder, manifest)
        if time.time_ns() - max(max(modified, changed) for _, _, modified, changed, _ in stamp) > _SETTLED:
            _VERDICTS[folder] = (stamp, problem)
    if problem:
        raise problem


def read(folder: Path, manifest: Manifest, name: str, unpack: Callable[[bytes], _T]) -> _T:
    """One file's value. Its checksum is compared again, for it may have changed since it was verified."""
    try:
        return unpack(_checked(folder / name, manifest[name]))
    except Unreadable as error:
        raise refusal(folder, f"{name} {error}") from error


def seal(folder: Path) -> str:
    """What tells a version of one name from another: its manifest's SHA-256. Raises Unreadable."""
    return hashlib.sha256(read_small(folder / MANIFEST)).hexdigest()


def read_small(path: Path) -> bytes:
    """Bytes of a small regular file; Unreadable for links, devices and whatever is larger than 1 MiB."""
    return read_bytes(path, _SMALL)


def read_bytes(path: Path, limit: int) -> bytes:
    """Bytes of a plain file; Unreadable for links, devices and whatever is larger than the limit."""

    def opener(name: str, flags: int) -> int:
        # No link is followed, and a pipe that nobody feeds does not block.
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    try:
        with open(path, "rb", opener=opener) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a plain file")
            if status.st_size > limit:
                raise Unreadable(f"is larger than {limit >> 20} MiB")
            # Not up to the limit: that reserves a gigabyte for every file, which took longer than reading.
            return file.read(status.st_size + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error


def _altered(folder: Path, manifest: Manifest) -> ArtifactError | None:
    try:
        for name, entry in manifest.items():
            _checked(folder / name, entry)
    except Unreadable as error:
        return refusal(folder, f"{name} {error}")
    return None


def _checked(path: Path, entry: Entry) -> bytes:
    data = read_bytes(path, most_bytes(path.name))
    if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise Unreadable(f"was altered: it does not have the checksum that {MANIFEST} gives")
    return data


def _stamp(folder: Path) -> Stamp:
    rows = []
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise refusal(folder, "it is a link or a file, not a version's folder")
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(status.st_mode):
                    raise refusal(folder, f"{entry.name} is a link or a folder, not a plain file")
                times = (status.st_mtime_ns, status.st_ctime_ns)
                rows.append((entry.name, status.st_size, *times, status.st_ino))
    except OSError as error:
        raise refusal(folder, f"it cannot be read ({error.strerror})") from error
    return tuple(sorted(rows))
