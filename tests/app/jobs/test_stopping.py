import os
import signal
import subprocess
import time

import pytest

from app.jobs.kind import NoSettings
from app.jobs.queue import ENDED
from tests.support.quick_jobs import COUNT, IGNORE, Steps, follow, running

pytestmark = pytest.mark.slow


def test_cancel_is_heeded_at_the_next_report(jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=20.0), "ada")
    follow(jobs, job.id, running)
    assert jobs.cancel(job.id).status == "cancelling"
    done = follow(jobs, job.id, seconds=3)
    assert done.status == "cancelled"
    assert done.result is None
    assert done.error is None
    assert done.finished_at is not None
    assert jobs.cancel(job.id).status == "cancelled"


def test_cancel_reaches_a_worker_that_is_still_booting(jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(seconds=20.0), "ada")
    assert jobs.cancel(job.id).status == "cancelling"
    done = follow(jobs, job.id, seconds=10)
    assert (done.status, done.started_at) == ("cancelled", None)


def test_cancel_reaches_a_job_that_waits_for_its_turn(jobs):
    first = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=20.0), "ada")
    follow(jobs, first.id, running)
    second = jobs.submit(COUNT, "ppo_lstm", Steps(), "ada")
    follow(jobs, second.id, lambda job: job.message.startswith("Waiting"))
    jobs.cancel(second.id)
    assert follow(jobs, second.id, seconds=3).status == "cancelled"
    assert jobs.get(first.id).status == "running"
    jobs.cancel(first.id)
    follow(jobs, first.id, seconds=3)


def test_a_worker_that_ignores_the_cancellation_is_killed(open_jobs):
    jobs = open_jobs(patience_seconds=0.5)
    job = jobs.submit(IGNORE, "sac_lstm", NoSettings(), "ada")
    pid = follow(jobs, job.id, running).pid
    jobs.cancel(job.id)
    time.sleep(0.3)
    assert jobs.get(job.id).status == "cancelling"
    assert follow(jobs, job.id, seconds=3).status == "cancelled"
    jobs.reconcile()
    assert not os.path.exists(f"/proc/{pid}")  # reaped, too


def test_a_killed_worker_shows_as_failed_and_blocks_nothing(jobs, open_jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=20.0), "ada")
    pid = follow(jobs, job.id, running).pid
    onlooker = open_jobs()  # it is no parent, so that the dead worker stays a zombie to it
    os.kill(pid, signal.SIGKILL)
    failed = follow(onlooker, job.id, seconds=5)
    assert (failed.status, failed.error) == ("failed", ENDED)
    again = jobs.submit(COUNT, "sac_lstm", Steps(), "ada")
    assert follow(jobs, again.id).status == "succeeded"


def test_a_result_that_came_before_the_cancellation_stands(jobs, home):
    job = jobs.submit(COUNT, "sac_lstm", Steps(), "ada")
    follow(jobs, job.id)
    assert jobs.cancel(job.id).status == "succeeded"
    assert not jobs._store.finish(job.id, "failed", error="late")
    assert jobs.get(job.id).result == {"counted": 4}


def test_no_signal_goes_to_a_stranger_with_the_same_number(jobs):
    """The pid of a worker that died may be another process by now."""
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        jobs._store.add("0a", "sac_lstm", "count", {}, "ada")
        jobs._store.claim("0a", stranger.pid)
        jobs._signal(jobs._store.get("0a"), signal.SIGKILL)
        assert jobs.get("0a").status == "failed"
        time.sleep(0.1)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_right_after_a_kill_the_same_can_be_asked_for_again(jobs):
    """Nobody looked in between: the dead worker is found by the new request itself."""
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=20.0), "ada")
    os.kill(follow(jobs, job.id, running).pid, signal.SIGKILL)
    jobs._children[job.id].wait(timeout=10)
    again = jobs.submit(COUNT, "sac_lstm", Steps(steps=1), "ada")
    assert jobs.get(job.id).status == "failed"
    assert follow(jobs, again.id).status == "succeeded"


def test_who_names_a_job_starts_it_once(jobs):
    first = jobs.submit(COUNT, "sac_lstm", Steps(steps=1), "ada", job_id="0123456789ab")
    assert first.id == "0123456789ab"
    worker = jobs._children[first.id]
    assert follow(jobs, first.id).status == "succeeded"
    worker.wait(timeout=10)
    jobs.reconcile()
    assert not jobs._children
    unnamed = jobs.submit(COUNT, "ppo_lstm", Steps(steps=1), "ada")
    assert len(unnamed.id) == 12
    follow(jobs, unnamed.id)
