"""How far a week is, in one word."""

from dataclasses import dataclass
from typing import Literal, cast

from app.jobs.queue import ENDED, Jobs
from app.jobs.record import Job
from app.settings import Settings
from app.tasks.week import WEEK
from app.week.kept import WeekRecord, kept

__all__ = ["Status", "WeekStatus", "jobs_of_weeks", "status_of"]

Status = Literal[
    "queued", "running", "cancelling", "finished", "stopped", "interrupted", "cancelled", "failed"
]

_MANY = 500  # jobs of weeks: ten years of them


@dataclass(frozen=True)
class WeekStatus:
    """A week that somebody or something began to run."""

    week: str  # decision session, ISO
    status: Status
    record: WeekRecord | None  # None until its run writes down that it began
    job: Job | None  # that worked on it last; None where the jobs' table is younger than its record

    @property
    def active(self) -> bool:
        """Whether it is at work, or waits for a process."""
        return self.job is not None and self.job.active

    @property
    def why(self) -> str | None:
        """Why it did not come to its end; None where it did, or may still."""
        if self.active or self.status == "finished":
            return None
        return (self.record.stopped if self.record else None) or (self.job.error if self.job else None)


def jobs_of_weeks(jobs: Jobs) -> dict[str, Job]:
    """The job that worked on each week last."""
    found: dict[str, Job] = {}
    for job in jobs.list(_MANY, kinds=(WEEK,)):
        found.setdefault(job.subject, job)
    return found


def status_of(root: Settings, jobs: Jobs, week: str) -> WeekStatus | None:
    """How far a week is; None where nobody began it."""
    record, job = kept(root, week), jobs_of_weeks(jobs).get(week)
    return WeekStatus(week, _status(record, job), record, job) if record or job else None


def _status(record: WeekRecord | None, job: Job | None) -> Status:
    if job and job.active:
        return cast(Status, job.status)
    if record and record.finished:
        return "finished"
    if record and record.stopped:
        return "stopped"
    if job and job.status == "cancelled":
        return "cancelled"
    return "failed" if job and job.error != ENDED else "interrupted"
