"""What the start of a process does about decisions that were cut off."""

import pytest

from app.decisions import acting
from app.settings import Settings
from sac.promotion import settle
from sac.promotion.deciding import decide
from sac.promotion.record import RECORD
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts


def test_the_start_of_a_process_lets_the_pointer_follow(tmp_path, monkeypatch):
    root = Settings(tmp_path)
    registry = Registry(root.models)
    first, better = (registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.12)))
    settle(registry, first)
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "point_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decide(registry, better, "approve", actor="ada", reason="r", champion=first.name)
    assert registry.current(VARIANT) == first.name
    acting.finish_moves(root)
    assert registry.current(VARIANT) == better.name


def test_a_log_that_cannot_be_read_does_not_keep_a_server_from_starting(tmp_path, caplog):
    root = Settings(tmp_path)
    root.models.mkdir()
    (root.models / RECORD).write_bytes(b"not a database")
    acting.finish_moves(root)
    assert "could not be finished" in caplog.text
