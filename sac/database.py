"""A SQLite file that several processes read and write at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from sac.errors import DeskError, DiskFull
from sac.files import free_bytes, room_needed

__all__ = ["Database"]

_LEAST = 1 << 20  # bytes of room, less than which is to blame where SQLite only says "disk I/O error"


class Database:
    """One file with one schema; its folder and tables are made on the first use."""

    def __init__(self, path: Path, schema: str, version: int) -> None:
        """`version` is that of the schema. Raises DeskError for a file that another schema wrote."""
        self.path = path
        with room_needed(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():  # a page asks a dozen times: what is there needs no lock
                with self.connection() as db:
                    if _schema_of(db) == version:
                        return
            setup = FileLock(path.with_name(f".{path.stem}.setup.lock"))
            with setup, self.connection() as db:
                self._set_up(db, schema, version)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own per operation: safe from any thread, and nothing to close later.

        A full disk can still be read. Raises DiskFull where a statement needs room that is not there.
        """
        with self._room_needed(), closing(self._opened()) as db:
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

    def _set_up(self, db: sqlite3.Connection, schema: str, version: int) -> None:
        written = _schema_of(db)
        if written == 0:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(f"BEGIN; {schema} PRAGMA user_version = {version}; COMMIT;")
        elif written != version:
            raise DeskError(
                f"{self.path} was written by another version of SAC Desk (schema {written}, this one reads "
                f"{version}): start that version, or move the file away."
            )

    def _opened(self) -> sqlite3.Connection:
        db = self._connected()
        try:
            db.execute("PRAGMA schema_version").fetchone()  # the first look makes an index beside the file
        except sqlite3.OperationalError as refusal:
            db.close()
            if not self._without_room(refusal):
                raise
            db = self._connected()
            db.execute("PRAGMA locking_mode = EXCLUSIVE")  # the index is kept in memory then
        return db

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        db.row_factory = sqlite3.Row
        return db

    @contextmanager
    def _room_needed(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as refusal:
            if not self._without_room(refusal):
                raise
            raise DiskFull(self.path) from refusal

    def _without_room(self, refusal: sqlite3.OperationalError) -> bool:
        code = refusal.sqlite_errorcode & 0xFF  # without what kind of I/O it was
        vague = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
        return code == sqlite3.SQLITE_FULL or (vague and free_bytes(self.path) < _LEAST)


def _schema_of(db: sqlite3.Connection) -> int:
    """0 for a file without tables."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])
