"""The same sweep in two processes of this machine."""

import multiprocessing
import time

import pytest

from sac.errors import Cancelled, DeskError
from sac.experiments.pack import train_pack
from sac.experiments.processes import on_processes
from tests.support.small_sweeps import files, run

pytestmark = pytest.mark.slow


def at_work():
    return [child for child in multiprocessing.active_children() if "Spawn" in type(child).__name__]


def test_two_processes_come_to_the_same_bytes_as_one(finished_sweep, tmp_path):
    run(tmp_path, execute=on_processes(2))
    assert files(tmp_path) == files(finished_sweep[0])
    assert not at_work()


def stalls_in_the_second_pack(market, pack, tell):
    """Else it could be finished before it is killed."""
    if pack[0].settings.agent.gamma == 0.99:
        time.sleep(300)
    return train_pack(market, pack, tell)


def test_a_process_that_dies_is_said_and_loses_no_finished_trial(finished_sweep, tmp_path):
    def kill_after_the_first_pack(progress):
        if progress.message.startswith("12 of 24"):
            for child in at_work():
                child.kill()

    with pytest.raises(DeskError, match=r"died, perhaps for want of memory\. Finished trials are kept"):
        run(tmp_path, execute=on_processes(1, stalls_in_the_second_pack), report=kill_after_the_first_pack)
    assert len(files(tmp_path)) == 12
    assert run(tmp_path).found == 12
    assert files(tmp_path) == files(finished_sweep[0])


def test_a_stop_ends_the_processes(tmp_path):
    def impatient(progress):
        if at_work():
            raise Cancelled

    with pytest.raises(Cancelled):
        run(tmp_path, execute=on_processes(2), report=impatient)
    assert not at_work()
