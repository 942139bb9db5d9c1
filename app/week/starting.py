"""Starting a week: whoever asks, there is one run of it."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd

from app.jobs.kind import NoSettings
from app.jobs.queue import ENDED, Jobs, jobs_of
from app.jobs.record import Job, JobConflict, JobNotFound
from app.settings import Settings
from app.tasks.week import WEEK
from app.week.kept import kept
from app.week.schedule import read_schedule
from app.week.which import due_at, newest_week
from sac.market.calendar import NEW_YORK

__all__ = ["SCHEDULE", "Started", "latest_job", "look", "resume_interrupted", "start", "start_when_due"]

SCHEDULE = "the schedule"  # the actor of what nobody clicked
_MANY = 500  # jobs of weeks: ten years of them

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A week and the job that runs it, or ran it."""

    week: str
    done: bool  # it had been finished before
    job: Job | None  # None where its record is older than the table of jobs


def start(root: Settings, jobs: Jobs, actor: str) -> Started:
    """Run the newest complete week, or find the run that there is. Raises DeskError.

    A run that was cut off or stopped goes on where it was.
    """
    week = newest_week(root)
    while True:
        record = kept(root, week)
        if record and record.finished:
            return Started(week, True, latest_job(jobs, week))
        try:
            return Started(week, False, jobs.submit(WEEK, week, NoSettings(), actor))
        except JobConflict as busy:
            if busy.job_id:
                return Started(week, False, jobs.get(busy.job_id))  # else it has ended meanwhile


def latest_job(jobs: Jobs, week: str) -> Job | None:
    """The job that worked on a week last."""
    return next((job for job in jobs.list(_MANY, kinds=(WEEK,)) if job.subject == week), None)


def resume_interrupted(root: Settings, jobs: Jobs) -> None:
    """Go on with the newest week where its process was killed; for the start of a server."""
    if not root.weeks.exists():
        return
    week = newest_week(root)
    record = kept(root, week)
    if record and not record.finished and (job := latest_job(jobs, week)) and job.error == ENDED:
        log.info("The run of the week of %s was cut off: it goes on.", week)
        start(root, jobs, job.actor)


def start_when_due(root: Settings, jobs: Jobs, now: pd.Timestamp | None = None) -> Job | None:
    """Run the newest complete week when its hour has come, once, also where that passed while nobody looked.

    The job that was started; None where nothing is due. Raises DeskError.
    """
    schedule = read_schedule(root.data)
    if not schedule.on:
        return None
    week = newest_week(root, now)
    record = kept(root, week)
    if (record and record.finished) or due_at(root, schedule, week) > (now or pd.Timestamp.now(NEW_YORK)):
        return None
    job_id = hashlib.sha256(f"{SCHEDULE} {week}".encode()).hexdigest()[:12]  # one for good: it is made once
    with suppress(JobNotFound):
        jobs.get(job_id)
        return None  # the schedule ran it before
    with suppress(JobConflict):  # somebody runs it
        return jobs.submit(WEEK, week, NoSettings(), SCHEDULE, job_id)
    return None


def look() -> Callable[[Settings], None]:
    """What a server does every few seconds, the first time with what a restart or a crash interrupted."""
    interrupted = [resume_interrupted]

    def looked(root: Settings) -> None:
        for resume in interrupted:
            resume(root, jobs_of(root))
        interrupted.clear()
        start_when_due(root, jobs_of(root))

    return looked
