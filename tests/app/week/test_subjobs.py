"""Jobs that a week needs: begun once, found again, waited for, cancelled with it."""

import time

import pytest

from app.jobs.queue import ENDED
from app.week.subjobs import Span, done_by
from app.week.work import Work
from sac.errors import Cancelled
from tests.support.quick_jobs import COUNT, Steps, follow, running

pytestmark = pytest.mark.slow

SPAN: Span = ("agents", 0.4, 0.6)
QUICK = Steps(steps=2, seconds=0.1)


def work_of(home, jobs, watch=lambda progress: None, round=0):
    return Work("2018-12-28", home, jobs, "ada", watch, round)


def counted(work, name="count", steps=QUICK, share=False):
    return done_by(work, name, COUNT, "sac_lstm", steps, SPAN, share=share)


def test_the_job_of_an_earlier_start_is_found_again(home, jobs):
    first = counted(work_of(home, jobs))
    assert (first.status, first.actor) == ("succeeded", "ada")
    assert counted(work_of(home, jobs)).id == first.id
    assert counted(work_of(home, jobs), name="other").id != first.id
    assert counted(work_of(home, jobs, round=1)).id != first.id
    assert len(jobs.list()) == 3


def test_its_progress_is_the_week_s(home, jobs):
    seen = []
    counted(work_of(home, jobs, seen.append), steps=Steps(steps=4, seconds=2.0))
    assert seen
    assert {look.stage for look in seen} == {"agents"}
    assert all(0.4 <= look.fraction <= 0.6 for look in seen)


def test_one_whose_process_was_killed_is_begun_again(home, jobs):
    slow = Steps(steps=200, seconds=60)

    def kill_first(progress):
        for child in list(jobs._children.values())[:1]:
            if len(jobs.list()) == 1:
                child.kill()
            else:
                jobs.cancel(jobs.list()[0].id)

    job = counted(work_of(home, jobs, kill_first), steps=slow)
    [second, first] = jobs.list()
    assert first.error == ENDED
    assert (job.id, job.status) == (second.id, "cancelled")


def test_somebody_else_s_does_as_well_or_is_waited_for(home, jobs):
    other = jobs.submit(COUNT, "sac_lstm", Steps(steps=4, seconds=1.0), "grace")
    assert counted(work_of(home, jobs), share=True).id == other.id
    other = jobs.submit(COUNT, "sac_lstm", Steps(steps=4, seconds=1.0), "grace")
    own = counted(work_of(home, jobs))
    assert own.actor == "ada"
    assert jobs.get(other.id).finished_at <= own.created_at


@pytest.mark.parametrize("share", [False, True])
def test_a_week_that_is_cancelled_stops_its_own_job_and_nobody_else_s(home, jobs, share):
    slow = Steps(steps=200, seconds=60)
    if share:
        follow(jobs, jobs.submit(COUNT, "sac_lstm", slow, "grace").id, running)
    begun = time.monotonic()

    def stop(progress):
        if time.monotonic() - begun > 2.0:
            raise Cancelled

    with pytest.raises(Cancelled):
        counted(work_of(home, jobs, stop), steps=slow, share=share)
    [job] = jobs.list()
    assert job.active if share else follow(jobs, job.id).status == "cancelled"
