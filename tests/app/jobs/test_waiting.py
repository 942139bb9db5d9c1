"""The queue and jobs whose workers a test plays itself: records, locks and logs, without a process."""

import signal

from app.jobs.locks import WorkerLock
from app.jobs.queue import log_path
from tests.support.quick_jobs import COUNT


def test_what_died_while_it_was_cancelled_is_cancelled(jobs):
    jobs._store.add("0a", "sac_lstm", "count", {}, "ada")
    jobs._store.ask_to_stop("0a")
    job = jobs.get("0a")
    assert (job.status, job.error, job.active) == ("cancelled", None, False)


def test_only_the_end_of_a_long_log_is_shown(jobs, home):
    jobs._store.add("0a", "sac_lstm", "count", {}, "ada")
    assert jobs.log("0a") == ""
    path = log_path(home.jobs, "0a")
    for size in (199_999, 200_000, 200_001):
        path.write_bytes(b"first" + b"." * (size - 9) + b"last")
        shown = jobs.log("0a")
        assert len(shown) == min(size, 200_000)
        assert shown.startswith("first") is (size <= 200_000)
        assert shown.endswith("last")
    path.write_bytes("é".encode()[1:] + b" after")  # the tail may begin within a letter
    assert jobs.log("0a") == "� after"


def test_the_newest_jobs_are_listed_of_the_kinds_that_are_asked_for(jobs):
    for number in range(60):
        jobs._store.add(f"{number:02}", f"variant_{number}", ("count", "aside")[number % 2], {}, "ada")
    assert [job.id for job in jobs.list()] == [f"{number:02}" for number in range(59, 9, -1)]
    assert [job.id for job in jobs.list(3, kinds=[COUNT])] == ["58", "56", "54"]
    assert {job.status for job in jobs.list(60)} == {"failed"}  # no worker was ever born


def test_turns_are_taken_by_those_that_live_in_the_order_in_which_they_came(jobs, home):
    lives = []
    for job_id, variant in (("0a", "one"), ("0b", "two"), ("0c", "three")):
        lives.append(WorkerLock(home.jobs, job_id))
        jobs._store.add(job_id, variant, "count", {}, "ada", lives[-1].acquire)
    assert [jobs.next_in_line(job_id) for job_id in ("0a", "0b", "0c")] == [True, False, False]
    jobs._store.start("0a")  # it waits no more
    assert [jobs.next_in_line(job_id) for job_id in ("0b", "0c")] == [True, False]
    lives[1].close()  # dead, and it does not hold up the next
    assert jobs.next_in_line("0c")
    assert jobs.get("0b").status == "failed"
    for life in lives:
        life.close()


def test_a_job_lives_as_long_as_somebody_holds_its_lock(home):
    home.jobs.mkdir(parents=True)
    one, other = WorkerLock(home.jobs, "0a"), WorkerLock(home.jobs, "0a")
    assert one.acquire()
    assert not other.acquire()
    assert not one.acquire()  # it does not live twice
    one.close()
    assert one.handles == []
    assert other.acquire()
    other.close()
    assert (home.jobs / "0a.lock").stat().st_mode & 0o777 == 0o644


def test_ten_seconds_pass_before_a_deaf_worker_is_killed(jobs, home, monkeypatch):
    life, signals, now = WorkerLock(home.jobs, "0a"), [], [100.0]
    jobs._store.add("0a", "sac_lstm", "count", {}, "ada", life.acquire)
    jobs._store.claim("0a", 4_000_000)  # above every pid there is
    monkeypatch.setattr("app.jobs.queue.os.killpg", lambda pid, number: signals.append((pid, number)))
    monkeypatch.setattr("app.jobs.queue.time.monotonic", lambda: now[0])
    jobs.cancel("0a")
    for later in (5.0, 10.0, 10.5):
        now[0] = 100.0 + later
        assert jobs.get("0a").status == "cancelling"
    assert signals == [(4_000_000, signal.SIGTERM), (4_000_000, signal.SIGKILL)]
    life.close()
    assert jobs.get("0a").status == "cancelled"
