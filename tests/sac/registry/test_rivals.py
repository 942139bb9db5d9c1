"""Eight processes that promote, reject and roll back at once, and are killed at random moments."""

import multiprocessing
import os
import random
import signal
import threading
import time
from typing import Any

import pytest

from sac.errors import DeskError
from sac.promotion import DecisionLog, settle
from sac.promotion.deciding import decide, finish_moves, rollback
from sac.promotion.state import problems
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts

PROCESSES, ATTEMPTS = 8, 25

context = multiprocessing.get_context("fork")  # a fresh interpreter takes seconds to import torch


def deciding(root, seed: int, attempts: int) -> None:
    """Attempts of one process; half of the processes are killed somewhere in the middle."""
    chance, registry = random.Random(seed), Registry(root)
    if seed % 2:
        moment = chance.uniform(0.02, 0.6)
        threading.Timer(moment, os.kill, (os.getpid(), signal.SIGKILL)).start()
    for _ in range(attempts):
        current = registry.current(VARIANT)
        version = chance.choice(registry.versions(VARIANT))
        facts: dict[str, Any] = {"actor": f"process {seed}", "reason": "Because.", "champion": current}
        try:
            if chance.random() < 0.3:
                rollback(registry, VARIANT, **facts)
            else:
                decide(registry, version, chance.choice(("approve", "override", "reject")), **facts)
        except DeskError:
            pass  # another one was faster, or the gate said no
        assert registry.champion(VARIANT) is not None


@pytest.mark.slow
def test_the_pointer_is_always_valid_and_the_log_complete(registry):
    for seed in range(4):
        saved = registry.save(small_artifacts(seed, cagr=0.1 + seed / 100))
        settle(registry, saved)
    workers = [context.Process(target=deciding, args=(registry.root, seed, ATTEMPTS)) for seed in range(8)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        assert registry.champion(VARIANT) is not None  # every checksum of it fits, at any moment
        time.sleep(0.01)
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    assert set(codes) <= {0, -signal.SIGKILL}, codes
    assert -signal.SIGKILL in codes

    finish_moves(registry, (VARIANT,))
    rows = DecisionLog(registry.root).decisions()[::-1]
    assert problems(registry, (VARIANT,)) == []
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 20
    champion = None
    for row in rows:  # every row saw the champion that the rows before it had made
        assert row.champion == champion
        champion = row.version if row.moved else champion
    assert registry.current(VARIANT) == champion


def test_of_two_who_approve_the_same_challenger_one_is_told(registry):
    first, better = (registry.save(small_artifacts(seed, cagr=0.1 + seed / 100)) for seed in range(2))
    settle(registry, first)
    answers = context.Queue()
    start = context.Barrier(PROCESSES)

    def approve() -> None:
        start.wait()
        try:
            decide(registry, better, "approve", actor="ada", reason="Better.", champion=first.name)
            answers.put("won")
        except DeskError as told:
            answers.put(str(told))

    workers = [context.Process(target=approve) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    said = [answers.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert said.count("won") == 1
    assert all("champion by now" in text for text in said if text != "won")
    assert len(DecisionLog(registry.root).decisions()) == 2


pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
