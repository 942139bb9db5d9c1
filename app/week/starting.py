"""Starting a week: whoever asks, there is one run of it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd

from app.jobs.kind import NoSettings
from app.jobs.queue import Jobs, jobs_of
from app.jobs.record import Job, JobConflict, JobNotFound, job_id_of
from app.settings import Settings
from app.tasks.week import WEEK
from app.week.kept import kept
from app.week.schedule import Schedule, read_schedule
from app.week.status import jobs_of_weeks, status_of
from app.week.which import due_at, newest_week, next_week
from sac.market.calendar import NEW_YORK

__all__ = [
    "SCHEDULE",
    "NextRun",
    "Started",
    "look",
    "next_run",
    "resume_interrupted",
    "start",
    "start_when_due",
]

SCHEDULE = "the schedule"  # the actor of what nobody clicked

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A week and the job that runs it, or ran it."""

    week: str
    done: bool  # it had been finished before
    job: Job | None  # None where its record is older than the table of jobs


@dataclass(frozen=True)
class NextRun:
    """What the schedule runs, and when; that may have passed."""

    week: str  # decision session, ISO
    due: pd.Timestamp  # in New York


def start(root: Settings, jobs: Jobs, actor: str) -> Started:
    """Run the newest complete week, or find the run that there is. Raises DeskError.

    A run that was cut off or stopped goes on where it was.
    """
    week = newest_week(root)
    while True:
        record = kept(root, week)
        if record and record.finished:
            return Started(week, True, jobs_of_weeks(jobs).get(week))
        try:
            return Started(week, False, jobs.submit(WEEK, week, NoSettings(), actor))
        except JobConflict as busy:
            if busy.job_id:
                return Started(week, False, jobs.get(busy.job_id))  # else it has ended meanwhile


def resume_interrupted(root: Settings, jobs: Jobs) -> None:
    """Go on with the newest week where its process was killed; for the start of a server."""
    if not root.weeks.exists():
        return
    week = newest_week(root)
    found = status_of(root, jobs, week)
    if found and found.status == "interrupted":
        log.info("The run of the week of %s was cut off: it goes on.", week)
        start(root, jobs, found.job.actor if found.job else SCHEDULE)


def next_run(
    root: Settings, jobs: Jobs, schedule: Schedule, now: pd.Timestamp | None = None
) -> NextRun | None:
    """What the schedule runs next, were it on: the newest complete week or, if that was run, the one after.

    None where no other week follows: the sample is known to end.
    """
    week = newest_week(root, now)
    record = kept(root, week)
    if not (record and record.finished) and not _known(jobs, _scheduled(week)):
        return NextRun(week, due_at(root, schedule, week))
    following = next_week(root, now)
    return NextRun(following, due_at(root, schedule, following)) if following else None


def start_when_due(root: Settings, jobs: Jobs, now: pd.Timestamp | None = None) -> Job | None:
    """Run the newest complete week when its hour has come, once, also where that passed while nobody looked.

    The job that was started; None where nothing is due. Raises DeskError.
    """
    schedule = read_schedule(root.data)
    if not schedule.on:
        return None
    coming = next_run(root, jobs, schedule, now)
    if coming is None or coming.due > (now or pd.Timestamp.now(NEW_YORK)):
        return None
    with suppress(JobConflict):  # somebody runs it
        return jobs.submit(WEEK, coming.week, NoSettings(), SCHEDULE, _scheduled(coming.week))
    return None


def _scheduled(week: str) -> str:
    """The one job by which the schedule runs a week: its hour comes, or is made up, once."""
    return job_id_of(f"{SCHEDULE} {week}")


def _known(jobs: Jobs, job_id: str) -> bool:
    try:
        jobs.get(job_id)
    except JobNotFound:
        return False
    return True


def look() -> Callable[[Settings], None]:
    """What a server does every few seconds, the first time with what a restart or a crash interrupted."""
    interrupted = [resume_interrupted]

    def looked(root: Settings) -> None:
        for resume in interrupted:
            resume(root, jobs_of(root))
        interrupted.clear()
        start_when_due(root, jobs_of(root))

    return looked
