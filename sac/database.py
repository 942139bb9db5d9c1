"""A SQLite file that several processes read and write at once."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from sac.errors import DeskError, DiskFull, Locked, StorageError
from sac.files import NO_LOCKS, explained, free_bytes, private, refusal_of

__all__ = ["Database", "patiently"]

_LEAST = 1 << 20  # bytes of room, less than which is to blame where SQLite only says "disk I/O error"
_BUSY_SECONDS = 10.0  # that SQLite waits for another process
_PATIENCE = 300.0  # seconds for which what must not be lost is tried again
_PAUSE = 0.2  # seconds between two tries
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_FORBIDDEN = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH)
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT)

_T = TypeVar("_T")


class Database:
    """One file with one schema; its folder and tables are made by the first writer.

    Every connection is of one operation: safe from any thread, and nothing to close later. What goes wrong
    with the file is a StorageError with its path: Locked, DiskFull, or another that names cause and remedy.
    A file that another schema wrote is a DeskError.
    """

    def __init__(self, path: Path, schema: str, version: int) -> None:
        """`version` is that of the schema."""
        self.path = path
        self._schema, self._version = schema, version

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that looks: an empty database where there is no file. A full disk, and one that
        cannot be written, can still be read.
        """
        with self._explained(), closing(self._readable()) as db:
            yield db

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection whose statements stand by themselves."""
        with self._explained(), closing(self._writable()) as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All statements or none; no other process writes in between."""
        with self.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # where the disk is full, SQLite has rolled back by itself
                    db.execute("ROLLBACK")
                raise

    def _readable(self) -> sqlite3.Connection:
        if os.path.lexists(self.path):
            try:
                db = self._opened()
            except sqlite3.OperationalError as refusal:
                if _kind(refusal) not in _FORBIDDEN or self.path.is_dir():
                    raise
                db = self._unwritable()
            if self._is_made(db):
                return db
            db.close()
        db = _connected(":memory:")
        db.executescript(self._schema)
        return db

    def _writable(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(self.path):  # a page asks a dozen times: what is there needs no lock
            db = self._opened()
            if self._is_made(db):
                return db
            db.close()
        with FileLock(self.path.with_name(f".{self.path.stem}.setup.lock")):
            if not os.path.lexists(self.path):
                os.close(private(self.path, os.O_RDWR | os.O_CREAT))  # what SQLite puts beside it is alike
            db = self._opened()
            if not self._is_made(db):
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(f"BEGIN; {self._schema} PRAGMA user_version = {self._version}; COMMIT;")
        return db

    def _is_made(self, db: sqlite3.Connection) -> bool:
        """Whether it has its tables. Closes it and raises DeskError where they are another version's."""
        written = int(db.execute("PRAGMA user_version").fetchone()[0])
        if written not in (0, self._version):
            db.close()
            raise DeskError(
                f"{self.path} was written by another version of SAC Desk (schema {written}, this one reads "
                f"{self._version}): start that version, or move the file away."
            )
        return written == self._version

    def _opened(self) -> sqlite3.Connection:
        db = _connected(self.path)
        try:
            db.execute("PRAGMA schema_version").fetchone()  # the first look makes an index beside the file
        except sqlite3.DatabaseError as refusal:
            db.close()
            if not self._without_room(refusal):
                raise
            db = _connected(self.path)
            db.execute("PRAGMA locking_mode = EXCLUSIVE")  # the index is kept in memory then
        return db

    def _unwritable(self) -> sqlite3.Connection:
        """What nobody can write now, as it is: a copy in memory, so that it needs no index beside it."""
        kept = _connected(":memory:")
        with tempfile.TemporaryDirectory() as folder:
            for name in (self.path.name, f"{self.path.name}-wal"):  # the second where a process was killed
                if (there := self.path.with_name(name)).exists():
                    shutil.copyfile(there, Path(folder) / name)
            with closing(_connected(Path(folder) / self.path.name)) as copy:
                copy.backup(kept)
        return kept

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with explained(self.path):
                yield
        except sqlite3.IntegrityError:
            raise  # the caller's statement contradicts what is there
        except sqlite3.DatabaseError as refusal:
            if not hasattr(refusal, "sqlite_errorcode"):
                raise  # not SQLite's word: a fault in the call
            raise self._refusal(refusal) from refusal

    def _refusal(self, refusal: sqlite3.DatabaseError) -> StorageError:
        code, path = _kind(refusal), self.path
        if self._without_room(refusal):
            return DiskFull(path)
        if code in _LOCKED and (lockless := self._lockless()):  # SQLite says the same of both
            return lockless
        if code in _LOCKED:
            return Locked(
                f"{path} is locked by another process ({refusal}): try again when that has finished; "
                f"`fuser {path}` names it."
            )
        if path.is_dir():
            return StorageError(f"{path} is a folder where a database should be: move it away.")
        if code in _FORBIDDEN:
            return StorageError(
                f"{path} cannot be written ({refusal}): give this process's user the right to write the file "
                "and its folder, on a disk that is mounted for writing."
            )
        if code in _DAMAGED:
            return StorageError(
                f"{path} is damaged, or not a database of SAC Desk ({refusal}): restore it from a backup, or "
                "move it away to begin with an empty one."
            )
        return StorageError(
            f"{path} cannot be read or written ({refusal}): its disk fails, or its file system keeps no "
            "locks. Put the data root (SAC_DESK_DATA) on a sound local disk."
        )

    def _lockless(self) -> StorageError | None:
        """What to say where the file system keeps no locks at all."""
        try:
            with self.path.with_name(f".{self.path.stem}.setup.lock").open("ab") as beside:
                fcntl.lockf(beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return refusal_of(error, self.path) if error.errno in NO_LOCKS else None
        return None

    def _without_room(self, refusal: sqlite3.DatabaseError) -> bool:
        vague = _kind(refusal) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
        return _kind(refusal) == sqlite3.SQLITE_FULL or (vague and free_bytes(self.path) < _LEAST)


def patiently(
    write: Callable[[], _T],
    seconds: float = _PATIENCE,
    passing: type[StorageError] = Locked,
    meanwhile: Callable[[], object] = bool,
) -> _T:
    """Write what must not be lost: while `passing` is in the way again and again, for so many seconds.

    `meanwhile`: what to do after each try that failed. Raises the last refusal in the end.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return write()
        except passing:
            if time.monotonic() > deadline:
                raise
        meanwhile()
        time.sleep(_PAUSE)


def _connected(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.text_factory = _text
    return db


def _text(data: bytes) -> str:
    return data.decode(errors="replace")  # a damaged byte must not hide all other rows


def _kind(refusal: sqlite3.DatabaseError) -> int:
    """SQLite's code, without what kind of I/O it was."""
    return int(getattr(refusal, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
