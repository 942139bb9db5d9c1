"""A job followed on the command line, from its submission to its end."""

import sys
import time
from getpass import getuser

from app.formats import duration
from app.jobs.kind import Asked, Given, Kind
from app.jobs.queue import Job, Jobs
from sac.errors import DeskError
from sac.text import printable

__all__ = ["actor", "followed"]

POLL_SECONDS = 0.5


def actor() -> str:
    """Who to name in a record."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"


def followed(jobs: Jobs, kind: Kind[Asked, Given], job: Job, work: str, rest: str) -> Given:
    """Follow a job to its end; its result. Ctrl-C cancels it.

    `work` is what the job is called, `rest` what remains of it after a cancellation. Raises DeskError.
    """
    job = _follow(jobs, job)
    if job.status == "cancelled":
        raise DeskError(f"The {work} was cancelled; {rest}.")
    result = kind.result_of(job)
    if result is None:
        raise DeskError(job.error or f"The {work} ended without a result.")
    return result


def _follow(jobs: Jobs, job: Job) -> Job:
    """Show a job's progress on stderr until it has ended."""
    line = _ProgressLine()
    try:
        while (job := jobs.get(job.id)).active:
            line.show(job)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        jobs.cancel(job.id)
        while (job := jobs.get(job.id)).active:
            line.show(job)
            time.sleep(POLL_SECONDS)
    finally:
        line.end()
    return job


class _ProgressLine:
    """One line that is rewritten on a terminal; elsewhere a line whenever there is some news."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._news: tuple[str, str, int] | None = None

    def show(self, job: Job) -> None:
        news = (job.status, job.stage, int(job.fraction * 10))
        if not self._terminal and news == self._news:
            return
        self._news = news
        left = "" if job.eta_seconds is None else f", {duration(job.eta_seconds)} left"
        text = printable(f"{job.fraction:4.0%} {job.message}{left}")
        print(
            f"\r\033[K{text}" if self._terminal else text, end="" if self._terminal else "\n", file=sys.stderr
        )
        sys.stderr.flush()

    def end(self) -> None:
        if self._terminal:
            print(file=sys.stderr)
