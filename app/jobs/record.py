"""One job as its record describes it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sac.errors import DeskError

__all__ = ["ACTIVE", "MESSAGES", "Job", "JobConflict", "JobNotFound", "Status", "job_id_of"]


Status = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]


ACTIVE = ("queued", "running", "cancelling")


MESSAGES = {"succeeded": "Finished", "failed": "Failed", "cancelled": "Cancelled"}


class JobConflict(DeskError):  # noqa: N818 - what happened, not a fault
    """The subject already has an active job."""

    def __init__(self, message: str, job_id: str | None) -> None:
        """`job_id`: of the active one; None where it has ended meanwhile."""
        super().__init__(message)
        self.job_id = job_id


class JobNotFound(DeskError):  # noqa: N818
    """No job has this id."""


@dataclass(frozen=True)
class Job:
    """One look at a job. Times are aware datetimes in UTC."""

    id: str
    subject: str  # what is worked on, by one job at a time: a variant, the market, the outbox
    kind: str
    request: dict[str, Any]  # plain JSON, as `result`: a `Kind` reads them
    actor: str
    status: Status
    stage: str  # "" until the work reports its first
    fraction: float  # of the whole job, 0 to 1
    eta_seconds: float | None
    message: str
    error: str | None  # for the user; a stack trace is in the log only
    result: dict[str, Any] | None
    created_at: datetime | None  # None only in a record that is damaged there
    started_at: datetime | None  # when its turn came, not when it was asked for
    cancelled_at: datetime | None  # when somebody asked to stop it
    finished_at: datetime | None
    pid: int | None  # of the worker, from the moment it says that it is there

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


def job_id_of(key: str) -> str:
    """The job that a key names: the table's primary key holds it to one, across restarts too."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]
