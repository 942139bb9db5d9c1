"""Jobs of this data root, as pages list them."""

from datetime import UTC, datetime

from app.hub.pulling import PULL, pulled_as
from app.jobs.notes import JobNotes
from app.jobs.queue import Jobs, jobs_of
from app.jobs.record import Job
from app.settings import settings
from app.tasks.refresh import REFRESH
from app.tasks.training import FINETUNE, FULL

__all__ = ["elapsed", "jobs", "notes", "pulls", "refreshes", "trainings"]


def jobs() -> Jobs:
    """The jobs of this data root."""
    return jobs_of(settings())


def notes() -> JobNotes:
    """What people call these jobs and say of them."""
    return JobNotes(settings().jobs)


def trainings() -> list[Job]:
    """The latest jobs that train, newest first."""
    return jobs().list(kinds=(FULL, FINETUNE))


def refreshes() -> list[Job]:
    """The latest refreshes of the market data, newest first."""
    return jobs().list(kinds=(REFRESH,))


def pulls(variant: str) -> list[Job]:
    """The latest pulls of a variant's versions from the Hub, newest first."""
    return [job for job in jobs().list(kinds=(PULL,)) if job.subject == pulled_as(variant)]


def elapsed(job: Job) -> float | None:
    """Seconds that a job has worked, or did; None before its turn, and where the clock was set back since."""
    if job.started_at is None:
        return None
    seconds = ((job.finished_at or datetime.now(UTC)) - job.started_at).total_seconds()
    return seconds if seconds >= 0.0 else None
