"""Writers that race, and writers that are killed: true processes, true SIGKILL."""

import multiprocessing
import os
import signal
import time

import pytest

from sac.errors import DiskFull
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts

# Fork, because a fresh interpreter takes seconds to import torch.
context = multiprocessing.get_context("fork")


def run(target, *args) -> int:
    process = context.Process(target=target, args=args)
    process.start()
    process.join(30)
    assert process.exitcode is not None
    return process.exitcode


def die(*_args, **_kwargs) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def save_and_die_before(root, call: str, count: int) -> None:
    """Save a version, killed in the middle: instead of the count-th call of an os function."""
    original, calls = getattr(os, call), []

    def counted(*args):
        calls.append(args)
        return die() if len(calls) == count else original(*args)

    setattr(os, call, counted)
    Registry(root).save(small_artifacts())


def promote_and_die(root, name: str) -> None:
    os.replace = die
    Registry(root).set_current(VARIANT, name)


def leftovers(registry) -> list[str]:
    return sorted(p.name for p in (registry.root / VARIANT).iterdir() if p.name.startswith("."))


@pytest.mark.parametrize(("call", "count"), [("fsync", 2), ("fsync", 9), ("fsync", 15), ("rename", 1)])
def test_a_killed_writer_leaves_no_version(registry, artifacts, call, count):
    assert run(save_and_die_before, registry.root, call, count) == -signal.SIGKILL
    assert len(leftovers(registry)) == 1
    assert registry.versions(VARIANT) == []
    assert registry.damaged(VARIANT) == {}

    version = registry.save(artifacts)  # the next training works
    assert [v.name for v in registry.versions(VARIANT)] == [version.name]
    assert len(leftovers(registry)) == 1  # young: its writer could be alive

    for path in version.path.parent.glob(".staging-*"):
        os.utime(path, (time.time() - 3700,) * 2)
    registry.save(small_artifacts(seed=1))
    assert leftovers(registry) == []
    assert len(registry.versions(VARIANT)) == 2


def test_a_writer_killed_after_the_rename_leaves_a_whole_version(registry, artifacts):
    # 15 files, the manifest, the staging folder and the models folder are synced before the rename.
    assert run(save_and_die_before, registry.root, "fsync", 19) == -signal.SIGKILL
    assert registry.version(VARIANT, artifacts.metadata.version).evaluation().folds.tolist()
    assert leftovers(registry) == []


def test_a_failed_write_cleans_up(registry, artifacts, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="is full"):
        registry.save(artifacts)
    monkeypatch.undo()
    assert registry.versions(VARIANT) == []
    assert not (registry.root / VARIANT).exists() or leftovers(registry) == []


def save_together(root, created_at: str, barrier, answers) -> None:
    original = os.rename

    def together(source, target):
        barrier.wait(20)  # both have staged everything, neither has renamed
        original(source, target)

    os.rename = together  # type: ignore[assignment]
    version = Registry(root).save(small_artifacts(created_at=created_at))
    version.tensors("actor")
    answers.put(version.metadata.created_at)


def test_two_writers_of_one_version_agree(registry):
    barrier, answers = context.Barrier(2), context.SimpleQueue()
    days = [f"2026-01-0{day}T00:00:00+00:00" for day in (1, 2)]
    writers = [
        context.Process(target=save_together, args=(registry.root, day, barrier, answers)) for day in days
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0]
    (version,) = registry.versions(VARIANT)
    assert [answers.get(), answers.get()] == [version.metadata.created_at] * 2
    assert leftovers(registry) == []


def flip(root, names, until) -> None:
    registry = Registry(root)
    while time.monotonic() < until:
        for name in names:
            registry.set_current(VARIANT, name)


def test_a_reader_sees_the_old_champion_or_the_new_one(registry):
    names = [registry.save(small_artifacts(seed)).name for seed in (1, 2)]
    registry.set_current(VARIANT, names[0])
    writers = [
        context.Process(target=flip, args=(registry.root, order, time.monotonic() + 1.0))
        for order in (names, names[::-1])
    ]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(registry.current(VARIANT))
    for writer in writers:
        writer.join()
    assert seen == set(names)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert leftovers(registry) == []


def test_a_promotion_that_is_killed_changes_nothing(registry):
    one, other = (registry.save(small_artifacts(seed)) for seed in (1, 2))
    registry.set_current(VARIANT, one.name)
    assert run(promote_and_die, registry.root, other.name) == -signal.SIGKILL
    assert registry.current(VARIANT) == one.name
    assert leftovers(registry) != []
    for path in one.path.parent.glob(".current-*"):
        os.utime(path, (time.time() - 3700,) * 2)
    registry.save(small_artifacts(3))
    assert leftovers(registry) == []
    assert len(registry.versions(VARIANT)) == 3
