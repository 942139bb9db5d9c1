"""A few rounds of each misfortune; `python -m tests.faults` runs a hundred."""

import random
import shutil

import pytest

from app.settings import Settings
from tests.faults.rounds import ROUNDS, Desk, worker_killed


@pytest.mark.parametrize(
    ("kind", "rounds"), [("killed", 6), ("disk full", 2), ("locked", 1), ("truncated", 3)]
)
def test_nothing_is_lost(tmp_path, kind, rounds):
    desk, rng = Desk(tmp_path / "models"), random.Random(7)
    for _ in range(rounds):
        ROUNDS[kind](desk, rng)
        desk.train()
        assert desk.losses() == []
    assert desk.kills == (rounds if kind == "killed" else 0)


def test_a_loss_is_seen(tmp_path):
    desk = Desk(tmp_path / "models")
    name = desk.train()
    shutil.rmtree(tmp_path / "models" / "sac_lstm" / name)
    assert f"{name} is gone" in desk.losses()


def test_a_killed_worker_leaves_a_closed_job_and_nothing_else(tmp_path):
    assert worker_killed(Settings(tmp_path / "data"), random.Random(3), longest=4.0) < 10.0
