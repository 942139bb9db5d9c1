"""The weekly run as a job: its subject is the week's decision, so that there is one at a time."""

from pydantic import Field

from app.jobs.kind import Kind, NoSettings, Result
from app.jobs.record import Job
from app.settings import NOTIFY_SECRETS, Settings
from app.tasks.refresh import REFRESH
from app.tasks.training import FULL
from sac.progress import Report

__all__ = ["WEEK", "WeekResult"]


class WeekResult(Result):
    """The week that was run, and what went wrong without stopping it."""

    week: str
    problems: list[str] = Field(default_factory=list)


def run_week(job: Job, request: NoSettings, root: Settings, report: Report) -> WeekResult:
    """Run what is left of a week. Raises DeskError with the reason where it stops."""
    from app.week.running import run  # here: it needs the kinds of the jobs that it starts

    record = run(job, root, report)
    return WeekResult(week=record.week, problems=record.problems)


WEEK = Kind(  # it takes no turn: a training of days must not keep it from deciding, and its own take theirs
    "week",
    NoSettings,
    WeekResult,
    run_week,
    doing="run",
    takes_turns=False,
    secrets=(*REFRESH.secrets, *FULL.secrets, *NOTIFY_SECRETS.values()),
)
