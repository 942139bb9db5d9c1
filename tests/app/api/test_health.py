"""What programs that watch over the desk are told."""

import errno
import sqlite3
import tempfile
from contextlib import closing

import pytest

from app.api import health
from app.jobs.store import JobStore
from sac.market import price_folder
from sac.promotion import Ledger
from tests.support import api_client
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.small_versions import VARIANT, small_artifacts
from tests.support.synthetic import write_prices


@pytest.fixture
def desk(empty, monkeypatch):
    monkeypatch.setattr(health, "GOOD_FOR", -1.0)
    return api_client.client()


def lacking(desk):
    """Names of the checks that the desk does not pass, and what they say."""
    answer = desk.get("/health/ready")
    found = answer.json()
    ready = found.pop("ready")
    assert (answer.status_code, ready) in ((200, True), (503, False))
    failed = {name: check["detail"] for name, check in found.items() if not check["passed"]}
    assert ready is not bool(failed)
    return failed


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_anybody_may_ask_with_get_and_head(desk, path):
    for stranger in (desk, api_client.client(api_client.GUARDED, address="192.0.2.7")):
        assert stranger.get(path).status_code == 200
        answer = stranger.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
    if path != "/health/ready":
        assert desk.get(path).json() == {"status": "ok", "version": "1"}


def test_a_desk_without_anything_yet_is_ready_and_nothing_is_made_by_asking(desk, empty):
    assert lacking(desk) == {}
    assert list(empty.data.iterdir()) == []


def test_a_whole_desk_is_ready(desk, empty):
    JobStore(empty.jobs)
    empty.registry.set_current(VARIANT, empty.registry.save(small_artifacts()).name)
    assert lacking(desk) == {}
    said = desk.get("/health/ready").json()
    assert said["databases"]["detail"] == "1 whole"
    assert said["champions"]["detail"] == "1 can be read"
    assert said["data_age"]["detail"].startswith("the embedded sample, to ")


def test_a_root_that_cannot_be_written_to_is_named(desk, monkeypatch):
    def refused(**_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    assert lacking(desk) == {"data_root": "cannot be written to"}


def test_a_file_in_the_place_of_a_folder_is_named(desk, empty):
    empty.jobs.write_text("")
    assert lacking(desk) == {"data_root": "cannot be written to"}


@pytest.mark.parametrize("harm", ["garbage", "folder", "page", "locked"])
def test_a_database_that_is_not_whole_is_named_without_its_path(desk, empty, harm, caplog, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.1)
    JobStore(empty.jobs)
    ledger = Ledger(empty.models)
    assert ledger.trials() == []
    path = empty.jobs / "jobs.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
        if harm == "locked":
            database.execute("BEGIN EXCLUSIVE")
            failed = lacking(desk)
    if harm != "locked":
        content = bytearray(path.read_bytes())
        path.unlink()
        if harm == "folder":
            path.mkdir()
        else:
            content[0 if harm == "garbage" else len(content) - 4096 :] = b"\xff" * 4096
            path.write_bytes(content)
        failed = lacking(desk)
    assert list(failed) == ["databases"]
    assert str(empty.data) not in failed["databases"]
    assert str(path) in caplog.text


def test_a_champion_that_is_damaged_is_named(desk, empty):
    version = empty.registry.save(small_artifacts())
    empty.registry.set_current(VARIANT, version.name)
    (version.path / "actor.pt").write_bytes(b"damaged")
    assert lacking(desk) == {"champions": f"{VARIANT} cannot be read: promote another version"}
    (empty.models / VARIANT / "current").write_text("../../etc")
    assert list(lacking(desk)) == ["champions"]


def test_data_that_are_too_old_for_weights_are_named(desk, empty):
    write_prices(price_folder(empty.data), CLOSES)
    symbols = ", ".join(f'"{symbol}"' for symbol in CLOSES.columns)
    (empty.data / "market.toml").write_text(f'source = "files"\nsymbols = [{symbols}]\nstart = {FIRST}\n')
    failed = lacking(desk)
    assert list(failed) == ["data_age"]
    assert failed["data_age"].startswith("to 2018-12-28, ")
    (empty.data / "market.toml").write_text("source = [")
    assert lacking(desk) == {"data_age": "the market data cannot be read"}


def test_who_asks_often_costs_nothing(empty, monkeypatch):
    desk = api_client.client()
    first = desk.get("/health/ready").json()
    monkeypatch.setattr(health, "_looked", lambda root: pytest.fail("looked again"))
    assert desk.get("/health/ready").json() == first
