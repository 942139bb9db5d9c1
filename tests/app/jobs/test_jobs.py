import multiprocessing
import os
import signal
import sqlite3
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

import app.jobs.queue as module
from app.jobs.kind import Kind, NoSettings
from app.jobs.queue import JobConflict, JobNotFound, Jobs
from app.jobs.store import JobStore
from app.settings import Settings
from app.tasks.training import FULL, FullRequest
from sac.errors import DeskError, SettingsError
from tests.support import quick_jobs
from tests.support.quick_jobs import AWAY, BREAK, CHATTER, COUNT, REFUSE, Steps, follow, running

pytestmark = pytest.mark.slow


def test_progress_curve_log_and_result_are_visible(jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=4, seconds=1.0), "ada")
    assert (job.status, job.actor, job.request) == ("queued", "ada", {"steps": 4, "seconds": 1.0})

    seen = follow(jobs, job.id, running)
    assert seen.active
    assert seen.stage == "agents"
    assert seen.message.startswith("Step")
    assert seen.eta_seconds == 1.5

    done = follow(jobs, job.id)
    assert (done.status, done.fraction, done.eta_seconds) == ("succeeded", 1.0, None)
    assert done.result == {"counted": 4}
    assert done.created_at <= done.started_at <= done.finished_at
    assert done.finished_at.utcoffset() == timedelta(0)
    assert jobs.curve(job.id).to_dict("list") == {"update": [0, 1, 2, 3], "loss": [1.0, 1 / 2, 1 / 3, 1 / 4]}
    assert "agents 0% Step 0" in jobs.log(job.id)
    follow(jobs, job.id, lambda job: not os.path.exists(f"/proc/{job.pid}"))  # no zombie is left
    assert [listed.id for listed in jobs.list()] == [job.id]


def test_mere_progress_is_written_twice_a_second_at_most(jobs, home):
    job = jobs.submit(CHATTER, "sac_lstm", NoSettings(), "ada")
    seen = set()
    store = JobStore(home.jobs)
    while (now := store.get(job.id)).active:
        seen.add(now.message)
        time.sleep(0.005)
    assert jobs.get(job.id).status == "succeeded"
    looks = {message for message in seen if message.startswith("Look")}
    seconds = (now.finished_at - now.started_at).total_seconds()
    assert 1 <= len(looks) <= seconds * 2 + 2


def test_refusals_keep_their_words(jobs):
    job = follow(jobs, jobs.submit(REFUSE, "sac_lstm", NoSettings(), "ada").id)
    assert (job.status, job.error) == ("failed", "Choose fewer members.")
    assert "Traceback" not in jobs.log(job.id)


def test_unexpected_errors_leave_their_trace_in_the_log_only(jobs):
    job = follow(jobs, jobs.submit(BREAK, "sac_lstm", NoSettings(), "ada").id)
    assert job.status == "failed"
    assert job.error == "It stopped at an error that nobody foresaw: the log has the details."
    assert "Traceback" in jobs.log(job.id)


def test_a_bad_request_is_refused_before_a_job_exists(jobs):
    with pytest.raises(SettingsError, match="There is no variant 'nonsense'"):
        jobs.submit(FULL, "nonsense", FullRequest(), "ada")
    with pytest.raises(SettingsError, match="members is 99"):
        jobs.submit(FULL, "sac_lstm", FullRequest(members=99), "ada")
    with pytest.raises(SettingsError, match='gamma is "high": write a number'):
        jobs.submit(FULL, "sac_lstm", FullRequest(experiment={"gamma": "high"}), "ada")
    assert jobs.list() == []


def test_a_kind_that_the_worker_does_not_know_is_named(jobs):
    guess = Kind("guess", NoSettings, quick_jobs.Nothing, quick_jobs.refuse)
    job = follow(jobs, jobs.submit(guess, "sac_lstm", NoSettings(), "ada").id)
    assert (job.status, "no kind of job 'guess'" in job.error) == ("failed", True)


def test_unknown_jobs_are_not_found(jobs):
    for method in (jobs.get, jobs.cancel, jobs.log):
        with pytest.raises(JobNotFound, match=r"There is no job '\.\./jobs'"):
            method("../jobs")
    assert jobs.curve("none").columns.tolist() == ["update"]


def _submit(folder, gate, outcomes):
    gate.wait()
    jobs = Jobs(Settings(folder), worker=quick_jobs.WORKER)
    try:
        job = jobs.submit(COUNT, "sac_lstm", Steps(seconds=3.0), "ada")
    except JobConflict as conflict:
        outcomes.put(str(conflict))
    else:
        outcomes.put(job.id)
        jobs._children[job.id].wait()


def test_of_six_simultaneous_submits_one_wins(home, open_jobs):
    context = multiprocessing.get_context("fork")  # spawn would import pandas six times
    gate, outcomes = context.Barrier(6), context.Queue()
    processes = [context.Process(target=_submit, args=(home.data, gate, outcomes)) for _ in range(6)]
    for process in processes:
        process.start()
    answers = [outcomes.get(timeout=20) for _ in processes]

    jobs = open_jobs()
    [job] = jobs.list()
    assert answers.count(job.id) == 1
    assert sum("sac_lstm is already being trained" in answer for answer in answers) == 5
    jobs.cancel(job.id)
    for process in processes:
        process.join(timeout=20)
        assert process.exitcode == 0
    assert jobs.get(job.id).status == "cancelled"


def test_two_variants_train_one_after_the_other(jobs):
    first = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=30.0), "ada")
    follow(jobs, first.id, running)
    second = jobs.submit(COUNT, "ppo_lstm", Steps(), "ada")
    queued = follow(jobs, second.id, lambda job: job.message.startswith("Waiting"))
    assert queued.status == "queued"
    assert queued.message == "Waiting for another training to finish"
    assert jobs.get(first.id).status == "running"
    jobs.cancel(first.id)
    done = follow(jobs, second.id)
    assert done.status == "succeeded"
    assert jobs.get(first.id).finished_at <= done.started_at


def test_a_new_server_sees_the_running_job(open_jobs):
    job = open_jobs().submit(COUNT, "sac_lstm", Steps(steps=40, seconds=4.0), "ada")
    follow(open_jobs(), job.id, running)
    later = open_jobs()
    assert later.get(job.id).status == "running"
    with pytest.raises(JobConflict):
        later.submit(COUNT, "sac_lstm", Steps(), "grace")
    assert follow(later, job.id).status == "succeeded"


def test_records_are_readable_while_another_writes(jobs, home):
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=1.0), "ada")
    follow(jobs, job.id, running)
    errors = []

    def read():
        try:
            while Jobs(home).get(job.id).active:
                jobs.curve(job.id)
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    writer = sqlite3.connect(home.jobs / "jobs.sqlite3", timeout=10, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")  # a write that takes its time
    started = time.monotonic()
    jobs._store.get(job.id)
    assert time.monotonic() - started < 1.0
    writer.execute("ROLLBACK")
    writer.close()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(jobs.curve(job.id)) == 100


def test_a_store_of_another_schema_is_refused(home):
    JobStore(home.jobs)
    with sqlite3.connect(home.jobs / "jobs.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(DeskError, match="another version of SAC Desk"):
        JobStore(home.jobs)


def test_a_job_whose_server_died_before_its_worker_was_born_is_closed_by_whoever_looks(jobs):
    jobs._store.add("0a", "sac_lstm", "count", {}, "ada")
    job = jobs.get("0a")
    assert (job.status, job.error) == ("failed", module.ENDED)


def test_a_worker_lives_from_the_moment_that_it_is_started(home, open_jobs):
    slow = Jobs(home, worker=("/bin/sh", "-c", 'sleep 1; exec "$@"', "sh", *quick_jobs.WORKER))
    job = slow.submit(COUNT, "sac_lstm", Steps(), "ada")
    assert open_jobs().get(job.id).status == "queued"  # to a server that is no parent of it
    child = slow._children[job.id]
    assert follow(slow, job.id).status == "succeeded"
    child.wait(timeout=10)


def test_a_job_is_done_by_one_worker(home, jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(seconds=3.0), "ada")
    follow(jobs, job.id, running)
    second = subprocess.run(
        [*quick_jobs.WORKER, job.id], env=home.child_environment(), capture_output=True, text=True, timeout=20
    )
    assert (second.returncode, "another process is doing it" in second.stdout) == (1, True)
    assert follow(jobs, job.id).status == "succeeded"


def test_a_worker_that_cannot_start_is_reported_at_once(home, jobs, open_jobs):
    broken = Jobs(home, worker=("/nowhere/python",))
    with pytest.raises(DeskError, match="could not be started"):
        broken.submit(COUNT, "sac_lstm", Steps(), "ada")
    assert jobs.list()[0].status == "failed"

    stillborn = Jobs(home, worker=(module.WORKER[0], "-c", "raise SystemExit('no such luck')"))
    job = follow(stillborn, stillborn.submit(COUNT, "sac_lstm", Steps(), "ada").id, seconds=5)
    assert (job.status, job.error) == ("failed", module.ENDED)
    assert "no such luck" in stillborn.log(job.id)


def test_times_are_utc(jobs):
    job = jobs.submit(COUNT, "sac_lstm", Steps(), "ada")
    assert abs(datetime.now(UTC) - job.created_at) < timedelta(seconds=5)
    follow(jobs, job.id)


def test_waiting_jobs_take_their_turn_in_the_order_in_which_they_came(jobs):
    submitted = [jobs.submit(COUNT, f"variant_{i}", Steps(steps=2, seconds=0.3), "Ada") for i in range(4)]
    ended = [follow(jobs, job.id, seconds=30.0) for job in submitted]
    starts = [job.started_at for job in ended]
    assert starts == sorted(starts)
    assert all(job.status == "succeeded" for job in ended)


def test_a_job_whose_work_is_done_elsewhere_takes_no_turn(jobs):
    first = jobs.submit(COUNT, "variant_0", Steps(steps=40, seconds=20.0), "Ada")
    follow(jobs, first.id, running)
    away = jobs.submit(AWAY, "variant_1", Steps(steps=1), "Ada")
    assert follow(jobs, away.id, lambda job: not job.active).status == "succeeded"
    assert jobs.get(first.id).status == "running"
    jobs.cancel(first.id)
    follow(jobs, first.id)


def test_a_dead_job_in_the_line_does_not_hold_up_the_next(jobs):
    first = jobs.submit(COUNT, "variant_0", Steps(steps=40, seconds=6.0), "Ada")
    follow(jobs, first.id, running)
    second, third = (jobs.submit(COUNT, f"variant_{i}", Steps(steps=1), "Ada") for i in (1, 2))
    waiting = follow(jobs, second.id, lambda job: job.message.startswith("Waiting"))
    os.kill(waiting.pid, signal.SIGKILL)
    jobs.cancel(first.id)
    assert follow(jobs, third.id).status == "succeeded"
    assert jobs.get(second.id).status == "failed"
