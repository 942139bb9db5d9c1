"""Weekly runs of this data root, as pages show them."""

from app.jobs.record import Job
from app.queries.jobs import jobs
from app.settings import settings
from app.tasks.week import WEEK
from app.week.kept import weeks
from app.week.status import WeekStatus, status_of
from app.week.which import newest_week

__all__ = ["at_work", "last_run", "present"]


def present() -> tuple[str, WeekStatus | None]:
    """The newest complete week, and how far its run is; None where nobody began it."""
    root = settings()
    week = newest_week(root)
    return week, status_of(root, jobs(), week)


def last_run() -> WeekStatus | None:
    """The newest week that anybody began to run."""
    newest = next(iter(weeks(settings())), None)
    return status_of(settings(), jobs(), newest) if newest else None


def at_work() -> list[Job]:
    """Weekly runs that wait or work."""
    return [job for job in jobs().list(kinds=(WEEK,)) if job.active]
