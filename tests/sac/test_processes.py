"""Processes that help: they share work, keep what they hold, and end with whoever began them."""

import collections
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from sac import processes
from sac.errors import DeskError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def helper():
    with processes.helpers(1) as executors:
        yield executors[0]


def test_every_item_is_done_once_by_whoever_is_free(helper):
    here = []
    handle = processes.RemoteHandle(helper, collections.Counter)

    def slowly(item):
        here.append(item)
        time.sleep(0.02)

    done = list(processes.shared_out(range(200), slowly, [lambda item: handle.begin("update", [item])]))
    there = handle.ask("copy")()
    assert sorted(item for item in done if item is not None) == list(range(200))
    assert sorted([*here, *there]) == list(range(200))
    assert here
    assert there


def test_nothing_to_do_is_done_at_once():
    assert list(processes.shared_out([], None, [])) == []


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_what_one_raises_ends_it(where):
    def fail(item):
        raise ZeroDivisionError

    def begin(item):
        future = Future()
        future.set_exception(ZeroDivisionError())
        return future

    here, elsewhere = (fail, []) if where == "here" else (id, [begin])
    with pytest.raises(ZeroDivisionError):
        list(processes.shared_out(range(9), here, elsewhere))


def test_a_helper_that_takes_no_more_is_a_failure_not_a_wait():
    def refuse(item):
        raise BrokenProcessPool

    told = r"A process that counted died, perhaps for want of memory\. Count"
    with pytest.raises(DeskError, match=told), processes.survived("counted", "Count again."):
        list(processes.shared_out(range(3), id, [refuse]))


def test_a_handle_is_the_same_here_and_there(helper):
    local, remote = processes.LocalHandle([3, 1]), processes.RemoteHandle(helper, list, (3, 1))
    for handle in (local, remote):
        handle.ask("append", 2)()
        handle.ask("sort")()
        assert handle.ask("pop")() == 3
        assert handle.ask("copy")() == [1, 2]
        with pytest.raises(ValueError, match="not in list"):
            handle.ask("remove", 9)()


def test_what_cannot_be_made_there_says_why(helper):
    with pytest.raises(ZeroDivisionError):
        processes.RemoteHandle(helper, divmod, 1, 0).ask("count", 1)()


def test_a_helper_ends_when_its_parent_is_killed_and_not_at_a_stop_of_the_group():
    program = (
        "import os, time\n"
        "from sac import processes\n"
        "if __name__ == '__main__':\n"
        "    with processes.helpers(1) as helpers:\n"
        "        print(helpers[0].submit(os.getpid).result(), flush=True)\n"
        "        time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    os.kill(child, signal.SIGTERM)  # a job's stop reaches its whole group
    time.sleep(0.3)
    os.kill(child, 0)
    parent.kill()
    parent.communicate()
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the helper outlived its parent")
