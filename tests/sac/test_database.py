"""SQLite as it fails in life: what is said, what can still be read, and what is tried again."""

import errno
import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from sac import database, files
from sac.database import Database, patiently
from sac.errors import DeskError, Locked, StorageError

SCHEMA = "CREATE TABLE words (word TEXT);"


@pytest.fixture
def words(tmp_path):
    made = Database(tmp_path / "words.sqlite3", SCHEMA, 1)
    with made.connection() as db:
        db.execute("INSERT INTO words VALUES ('one')")
    return made


def read(made):
    with made.reading() as db:
        return [row["word"] for row in db.execute("SELECT word FROM words")]


def write(made, word="two"):
    with made.transaction() as db:
        db.execute("INSERT INTO words VALUES (?)", (word,))


def replaced(made, content=None):
    for path in made.path.parent.glob("words.sqlite3*"):
        path.unlink()
    if content is None:
        made.path.mkdir()
    else:
        made.path.write_bytes(content)


def test_reading_makes_no_file(tmp_path):
    assert read(Database(tmp_path / "not" / "here.sqlite3", SCHEMA, 1)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is a folder where a database should be: move it away"),
        (b"garbage" * 1000, r"is damaged, or not a database of SAC Desk \(file is not a database\): restore"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "is damaged, or not a database"),
    ],
)
def test_what_is_no_database_is_said_with_path_cause_and_remedy(words, content, reason):
    replaced(words, content)
    for use in (read, write):
        with pytest.raises(StorageError, match=f"^{words.path} {reason}") as refusal:
            use(words)
        assert "\n" not in str(refusal.value)


def test_a_database_without_its_tables_is_damaged(words):
    with closing(sqlite3.connect(words.path)) as db, db:
        db.execute("DROP TABLE words")
    with pytest.raises(StorageError, match=r"is damaged, .*no such table: words"):
        read(words)


def test_another_schema_is_refused_for_readers_and_writers(words):
    with closing(sqlite3.connect(words.path)) as db:
        db.execute("PRAGMA user_version = 99")
    for use in (read, write):
        with pytest.raises(DeskError, match="another version of SAC Desk"):
            use(words)


def test_a_locked_database_can_be_read_and_says_who_waits(words, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(words.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read(words) == ["one"]
        with pytest.raises(Locked, match=f"^{words.path} is locked by another process .*try again"):
            write(words)
        other.execute("ROLLBACK")
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked):
            read(words)
    assert read(words) == ["one"]


def test_what_must_not_be_lost_is_written_when_the_lock_is_gone(words, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    held, looks = sqlite3.connect(words.path, isolation_level=None, check_same_thread=False), []
    held.execute("BEGIN EXCLUSIVE")

    def meanwhile():
        looks.append(1)
        if len(looks) == 2:
            held.execute("ROLLBACK")
            held.close()

    patiently(lambda: write(words), 30.0, meanwhile=meanwhile)
    assert (read(words), len(looks)) == (["one", "two"], 2)


def test_patience_ends_and_is_for_passing_trouble_only(words):
    tries = []

    def refused(error):
        tries.append(error)
        raise error("no")

    with pytest.raises(Locked):
        patiently(lambda: refused(Locked), seconds=0.5)
    assert len(tries) >= 2
    tries.clear()
    with pytest.raises(StorageError):
        patiently(lambda: refused(StorageError), seconds=30.0)
    assert len(tries) == 1


READ_ONLY = """
import sys
from pathlib import Path
from sac.database import Database
from sac.errors import StorageError
from tests.faults.rights import obeying_rights

obeying_rights()
words = Database(Path(sys.argv[1]), "CREATE TABLE words (word TEXT);", 1)
with words.reading() as db:
    print(len(db.execute("SELECT word FROM words").fetchall()))
try:
    with words.connection() as db:
        db.execute("INSERT INTO words VALUES ('two')")
except StorageError as refusal:
    print(refusal)
"""


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "a writer was killed"])
def test_a_database_that_nobody_can_write_can_be_read(words, killed):
    if killed:  # its last rows lie in the file beside it, which cannot be merged now
        code = "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1]); "
        code += "db.execute(\"INSERT INTO words VALUES ('three')\"); db.commit(); os._exit(0)"
        subprocess.run([sys.executable, "-c", code, str(words.path)], check=True)
        words.path.with_name("words.sqlite3-shm").unlink()
    folder = words.path.parent
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        answer = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(words.path)],
            capture_output=True,
            text=True,
            cwd=os.getcwd(),
        )
    finally:
        folder.chmod(0o755)
    count, *refusal = answer.stdout.splitlines()
    assert count == ("2" if killed else "1"), answer.stderr
    assert len(refusal) == 1
    assert refusal[0].startswith(f"{words.path} cannot be written (")
    assert "give this process's user the right to write" in refusal[0]


def test_a_file_system_without_locks_is_named_with_the_path(tmp_path, monkeypatch):
    def flock(handle, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    made = Database(tmp_path / "words.sqlite3", SCHEMA, 1)
    with pytest.raises(
        StorageError, match=f"{made.path} cannot be locked, its file system keeps no locks: put"
    ):
        write(made)


def test_sqlite_calls_a_file_system_without_locks_locked_and_we_do_not(words, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(words.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked, match="locked by another process"):
            write(words)

        def lockf(handle, operation):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "lockf", lockf)
        with pytest.raises(StorageError, match=f"^{words.path} cannot be locked, its file system keeps no"):
            write(words)


def test_a_damaged_byte_of_text_hides_no_row(words):
    with words.connection() as db:
        db.execute("INSERT INTO words VALUES (CAST(x'ff62' AS TEXT))")
    assert read(words) == ["one", "\ufffdb"]


def test_a_record_is_its_owners_alone_unless_the_umask_is_to_decide(tmp_path, monkeypatch):
    old = os.umask(0o022)
    try:
        for name, mode in (("private", 0o600), ("umask", 0o644)):
            made = Database(tmp_path / name / "words.sqlite3", SCHEMA, 1)
            if name == "umask":
                monkeypatch.setattr(files, "_mode", files._mode)  # put back after the test
                files.follow_umask()
            with made.connection() as db:
                db.execute("INSERT INTO words VALUES ('one')")
                modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in made.path.parent.iterdir()}
            found = {modes[f"words.sqlite3{ending}"] for ending in ("", "-wal", "-shm")}
            assert found == {mode}
            files.replace_file(tmp_path / name / "held.json", b"{}")
            assert stat.S_IMODE((tmp_path / name / "held.json").stat().st_mode) == mode
    finally:
        os.umask(old)


def test_errors_of_the_system_are_one_line_with_path_cause_and_remedy(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for attempt, cause in (
        (lambda: (tmp_path / "folder").read_bytes(), "is a folder where a file should be"),
        (lambda: (tmp_path / "file" / "x").read_bytes(), "a part of its path is a file"),
        (lambda: (tmp_path / "gone").read_bytes(), "is missing"),
        (lambda: (tmp_path / "file").mkdir(), "is a file where a folder should be"),
    ):
        with (
            pytest.raises(StorageError, match=f"^{tmp_path}/.*{cause}.*[:,]") as refusal,
            files.explained(tmp_path),
        ):
            attempt()
        assert "\n" not in str(refusal.value)
    with pytest.raises(TimeoutError), files.explained(tmp_path):
        raise TimeoutError("a lock that is not free")


def test_a_transaction_that_fails_leaves_nothing_and_holds_nobody_up(words):
    with words.connection() as db:
        db.execute("CREATE UNIQUE INDEX once ON words (word)")

    def twice():
        with words.transaction() as db:
            db.execute("INSERT INTO words VALUES ('two')")
            db.execute("INSERT INTO words VALUES ('two')")

    with pytest.raises(sqlite3.IntegrityError):  # the caller's to understand
        twice()
    write(words)
    assert read(words) == ["one", "two"]
