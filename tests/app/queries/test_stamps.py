"""What pages read anew, and what they remember."""

import os

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from app.settings import CODE
from sac.database import Database
from sac.files import stamp
from sac.registry import Registry, folder
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A desk with a champion and two challengers."""
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    here = Registry(tmp_path / "models")
    saved = [here.save(small_artifacts(seed=seed)) for seed in (0, 1, 2)]
    here.set_current(VARIANT, saved[0].name)
    return here


@pytest.mark.parametrize("page", ["overview", "training", "compare", "promotion"])
def test_a_second_run_of_a_page_opens_no_version(registry, monkeypatch, page):
    looks = []
    inspect = folder.inspect

    def counted(path):
        looks.append(path)
        return inspect(path)

    monkeypatch.setattr(folder, "inspect", counted)
    at = AppTest.from_file(CODE / "app" / "main.py", default_timeout=30)
    at.switch_page(f"../pages/{page}.py").run()
    assert not at.exception
    assert len({path.name for path in looks}) == 3
    looks.clear()
    at.run()
    assert not at.exception
    assert not looks


def test_a_stamp_is_another_when_a_file_under_its_folder_is_another(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    seen = [stamp(tmp_path)]

    def changed():
        seen.append(stamp(tmp_path))
        return seen[-1] not in seen[:-1]

    (inner / "file").write_text("one")
    assert changed(), "a new file"
    (inner / "file").write_text("three")
    assert changed(), "another size"
    os.utime(inner / "file", ns=(1, 1))
    assert changed(), "another time"
    (inner / "file").rename(inner / "other")
    assert changed(), "another name"
    assert stamp(tmp_path) == seen[-1]
    assert stamp(inner / "other") != stamp(tmp_path / "gone")


def test_a_database_that_is_there_opens_while_another_one_is_being_made(tmp_path):
    first = Database(tmp_path / "some.sqlite3", "CREATE TABLE words (word TEXT);", 1)
    with first.connection() as db:
        db.execute("INSERT INTO words VALUES ('one')")
    with FileLock(tmp_path / ".some.setup.lock"):
        again = Database(first.path, "CREATE TABLE words (word TEXT);", 1)
        with again.connection() as db:
            assert db.execute("SELECT count(*) FROM words").fetchone()[0] == 1
