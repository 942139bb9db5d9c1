"""What a server looks at every few seconds."""

import threading
import time

import pytest

from app.jobs import looking
from sac.errors import DataError


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.01)


def until(there, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive():
    return "looks" in {thread.name for thread in threading.enumerate()}


def test_it_looks_again_and_again_until_it_is_enough(home, often):
    seen = []
    enough = looking.keep_looking(home, seen.append)
    until(lambda: len(seen) > 2)
    enough.set()
    until(lambda: not alive())
    assert set(seen) == {home}


def test_trouble_is_logged_once_and_keeps_no_other_look_from_its_turn(home, often, caplog):
    seen, words = [], ["The data are refused.", "The disk is full."]

    def trouble(root):
        raise DataError(words[len(seen) > 5])

    enough = looking.keep_looking(home, trouble, seen.append)
    until(lambda: len(seen) > 10)
    enough.set()
    until(lambda: not alive())
    assert [record.message for record in caplog.records] == words
