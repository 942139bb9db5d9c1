"""A server's looks: again and again, each for itself, until it ends."""

import threading
import time

import pytest

from app.jobs import looking
from app.jobs.looking import keep_looking
from sac.errors import DeskError


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.01)


def until(holds):
    deadline = time.monotonic() + 10.0
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_looks_again_and_again_and_then_no_more(home):
    seen = []
    enough = keep_looking(home, seen.append)
    try:
        until(lambda: len(seen) > 2)
        assert set(seen) == {home}
    finally:
        enough.set()
    until(lambda: "looks" not in {thread.name for thread in threading.enumerate()})
    count = len(seen)
    time.sleep(0.05)
    assert len(seen) == count


def test_trouble_of_one_look_is_logged_once_and_keeps_no_other_from_its_turn(home, caplog):
    seen = []

    def broken(root):
        raise DeskError("The disk is full.")

    enough = keep_looking(home, broken, seen.append)
    try:
        until(lambda: len(seen) > 3)
    finally:
        enough.set()
    assert [record.message for record in caplog.records if "disk" in record.message] == ["The disk is full."]
