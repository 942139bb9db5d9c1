"""A database that another process holds for longer than SQLite waits."""

import random
import time

from app.settings import Settings
from tests.faults.locking import held, locked_round
from tests.support.quick_jobs import COUNT, Steps, follow, running


def test_a_true_training_loses_nothing(tmp_path):
    assert locked_round(Settings(tmp_path / "data"), random.Random(1)) == []


def test_a_job_whose_record_is_locked_shows_no_progress_and_ends_well(jobs, home):
    job = jobs.submit(COUNT, "sac_lstm", Steps(steps=4, seconds=4.0), "ada")
    follow(jobs, job.id, running)
    with held(home.jobs / "jobs.sqlite3", readers_too=False):
        time.sleep(15.0)  # its work ends in the meantime, and its record cannot say so yet
        assert jobs.get(job.id).status == "running"
    child = jobs._children[job.id]
    ended = follow(jobs, job.id, seconds=60.0)
    assert (ended.status, ended.error) == ("succeeded", None), jobs.log(job.id)
    child.wait(timeout=30)
