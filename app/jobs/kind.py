"""What a kind of job says of itself: what it is asked, what it does, what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.jobs.record import Job
from app.settings import Settings
from sac.errors import DeskError
from sac.progress import Report

__all__ = ["Asked", "Given", "Kind", "NoSettings", "Request", "Result"]


class Request(BaseModel):
    """What a job is asked to do, in its declared types and nothing else: no setting is silently left out."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    def plain(self) -> dict[str, Any]:
        """As a record keeps it: what was asked for, ready for JSON."""
        return self.model_dump(exclude_none=True)


class NoSettings(Request):
    """The request of a job that there is nothing to choose of."""


class Result(BaseModel):
    """What a job's work gave. What another release wrote beside these fields is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Asked = TypeVar("Asked", bound=Request)
Given = TypeVar("Given", bound=Result)


def _here(root: Settings) -> bool:
    """No: the work is done on this machine."""
    return False


def _anything(subject: str, request: Request, root: Settings) -> None:
    """Nothing to check before the work starts."""


@dataclass(frozen=True)
class Kind(Generic[Asked, Given]):
    """A kind of job. It is defined beside its work; the queue knows none."""

    name: str  # as records keep it
    request: type[Asked]
    result: type[Given]
    run: Callable[[Job, Asked, Settings, Report], Given]  # the work, in a process of its own
    check: Callable[[str, Asked, Settings], None] = _anything  # of (subject, request, root): raises DeskError
    doing: str = "worked on"  # what is done to its subject, in a sentence
    takes_turns: bool = True  # with all others that do: one of them works at a time
    away: Callable[[Settings], bool] = _here  # whether other machines do the work: it takes no turn then
    secrets: tuple[str, ...] = ()  # environment variables that only its worker is told

    def request_of(self, job: Job) -> Asked | None:
        """What a job was asked to do; None where another release wrote it and this one cannot read it."""
        try:
            return self.request.model_validate(job.request)
        except (ValidationError, DeskError):
            return None

    def result_of(self, job: Job) -> Given | None:
        """What a job's work gave; None before its end, and where this release cannot read it."""
        try:
            return None if job.result is None else self.result.model_validate(job.result)
        except ValidationError:
            return None

    def perform(self, job: Job, root: Settings, report: Report) -> dict[str, Any]:
        """Do a job; its result as a record keeps it. Raises DeskError."""
        request = self.request_of(job)
        if request is None:
            raise DeskError("Another release wrote this request, and this one cannot read it: ask again.")
        return self.run(job, request, root, report).model_dump()
