import gc
import sys
import types
import weakref

import pytest

from app.ui.shared import garbage


@pytest.fixture
def thawed(monkeypatch):
    monkeypatch.setattr(garbage, "_spared", 0)
    yield
    gc.unfreeze()


def test_what_was_imported_is_looked_at_once_and_garbage_is_still_collected(thawed, monkeypatch):
    class Page:
        pass

    left, kept = Page(), Page()
    vars(left)["own"], gone = left, weakref.ref(left)
    del left
    garbage.spare_modules()
    assert gone() is None  # what was garbage before did not stay for ever
    frozen = gc.get_freeze_count()
    assert frozen > 10_000

    later = Page()
    vars(later)["own"], gone = later, weakref.ref(later)
    del later
    gc.collect()
    assert gone() is None

    garbage.spare_modules()
    assert gc.get_freeze_count() <= frozen  # nothing new was imported
    for number in range(garbage.MANY):
        monkeypatch.setitem(sys.modules, f"new_{number}", types.ModuleType(f"new_{number}"))
    garbage.spare_modules()
    assert gc.get_freeze_count() > frozen
    assert kept
