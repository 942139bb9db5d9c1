"""A SQLite file that several processes read and write at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from sac.errors import DeskError

__all__ = ["Database"]


class Database:
    """One file with one schema; its folder and tables are made on the first use."""

    def __init__(self, path: Path, schema: str, version: int) -> None:
        """`version` is that of the schema. Raises DeskError for a file that another schema wrote."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # a page asks a dozen times: what is there needs no lock
            with self.connection() as db:
                if _schema_of(db) == version:
                    return
        with FileLock(path.with_name(f".{path.stem}.setup.lock")), self.connection() as db:
            found = _schema_of(db)
            if found == 0:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(f"BEGIN; {schema} PRAGMA user_version = {version}; COMMIT;")
            elif found != version:
                raise DeskError(
                    f"{path} was written by another version of SAC Desk (schema {found}, this one reads "
                    f"{version}): start that version, or move the file away."
                )

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own per operation: safe from any thread, and nothing to close later."""
        with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            yield db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All statements or none; no other process writes in between."""
        with self.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def _schema_of(db: sqlite3.Connection) -> int:
    """0 for a file without tables."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])
