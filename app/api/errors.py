"""How the HTTP interface refuses: one shape for every error, the framework's own included."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.access.programs import Unknown
from app.access.roles import Forbidden
from app.jobs.record import JobConflict, JobNotFound
from app.settings import settings
from sac.errors import ArtifactError, DeskError, DiskFull, Locked, StorageError
from sac.files import refusal_of
from sac.text import misfit

__all__ = [
    "Busy",
    "ErrorBody",
    "KeyReused",
    "NoModel",
    "NoPriorModel",
    "NoWeek",
    "TrainingCancelled",
    "TrainingFailed",
    "install",
    "refused",
]

LONGEST = 1000  # characters of a message: what a client sent is said back, and every line of a file


class Problem(BaseModel):
    """What is wrong, for a program and for a person."""

    code: str  # a word that stays the same: "invalid", "already_training"
    message: str  # a sentence that says what to do
    field: str | None  # of the request, as in "portfolio.positions.0.symbol"


class ErrorBody(BaseModel):
    """The body of every error."""

    error: Problem


class JobProblem(Problem):
    """A problem with a job that can be looked at."""

    job_id: str | None
    status_url: str | None


class Busy(BaseModel):
    """The body of an error that names a job."""

    error: JobProblem


class NoModel(DeskError):  # noqa: N818 - what happened, not a fault
    """The variant has no champion that could be asked."""


class NoPriorModel(DeskError):  # noqa: N818
    """The variant has no champion to start from."""


class NoWeek(DeskError):  # noqa: N818
    """Nobody ran that week."""


class KeyReused(DeskError):  # noqa: N818
    """An idempotency key that was used for another request."""


class TrainingFailed(DeskError):  # noqa: N818
    """A training that was waited for ended without a version."""

    def __init__(self, message: str, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


class TrainingCancelled(TrainingFailed):
    """Somebody cancelled a training that was waited for."""


STATUS: dict[type[DeskError], tuple[int, str]] = {
    Unknown: (401, "unauthenticated"),
    Forbidden: (403, "forbidden"),
    NoPriorModel: (400, "no_prior_model"),
    NoModel: (404, "no_model"),
    NoWeek: (404, "no_week"),
    JobNotFound: (404, "job_not_found"),
    JobConflict: (409, "already_training"),
    KeyReused: (409, "key_reused"),
    TrainingCancelled: (409, "training_cancelled"),
    ArtifactError: (409, "damaged_version"),
    TrainingFailed: (422, "training_failed"),
    DiskFull: (507, "disk_full"),
    Locked: (503, "locked"),
    StorageError: (503, "storage_error"),
}

FRAMEWORK = {
    400: ("invalid", "The body cannot be read: send JSON in UTF-8, as /docs shows it."),
    404: ("not_found", "There is nothing at this address: /docs lists what there is."),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "The body is larger than 1 MB: a portfolio needs a few kilobytes."),
    429: ("too_many_requests", "Too many requests from this client: wait a minute, then ask less often."),
    500: ("internal", "The desk failed on this request; its log has more under the id in X-Request-ID."),
    503: ("stopping", "The desk is being stopped: ask again when it is back."),
}


def refused(
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
    job_id: str | None = None,
) -> Response:
    """The answer that says what is wrong."""
    problem = Problem(code=code, message=_said(message), field=None if field is None else _said(field))
    body: BaseModel = ErrorBody(error=problem)
    if job_id is not None:
        named = JobProblem(**problem.model_dump(), job_id=job_id, status_url=f"/jobs/{job_id}")
        body = Busy(error=named)
    return Response(body.model_dump_json(), status, headers, "application/json")


def for_desk_error(request: Request, error: Exception) -> Response:
    """A refusal of the desk or its engine; one of another class than the table's is about the request."""
    status, code = next(
        (answer for kind, answer in STATUS.items() if isinstance(error, kind)), (422, _code(type(error)))
    )
    field = getattr(error, "field", None)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "15"}}.get(status)
    return refused(status, code, str(error), field, headers, getattr(error, "job_id", None))


def for_system_error(request: Request, error: Exception) -> Response:
    """A file of the data root that the system does not let us read or write; other trouble is a fault."""
    assert isinstance(error, OSError)
    refusal = refusal_of(error, settings().data)
    if refusal is None:
        raise error
    return for_desk_error(request, refusal)


def for_framework_error(request: Request, error: Exception) -> Response:
    """An error of the framework: no such address, no such method, an unreadable or too large body."""
    assert isinstance(error, HTTPException)
    code, message = FRAMEWORK.get(error.status_code, ("refused", str(error.detail)))
    if error.status_code == 405:
        message += f": use {(error.headers or {}).get('Allow', 'another one')}."
    return refused(error.status_code, code, message, headers=error.headers)


def for_invalid_request(request: Request, error: Exception) -> Response:
    """What validation refuses: its first finding, and where."""
    assert isinstance(error, RequestValidationError)
    first, *others = error.errors()
    place, *path = first["loc"]
    if place == "path":
        code, message = FRAMEWORK[404]
        return refused(404, code, message, _field(path))
    if first["type"] == "json_invalid":
        return refused(
            422, "invalid", f"The body is not valid JSON: {first['ctx']['error']} at character {path[0]}."
        )
    if not path:
        return refused(
            422, "invalid", "Send a JSON object, with the header `Content-Type: application/json`."
        )
    field = _field(path)
    known = {"extra_forbidden": "there is no such field; see /docs", "missing": "it is required"}
    reason = known.get(first["type"], misfit(first))
    more = f" ({len(others)} more to correct)" if others else ""
    return refused(422, "invalid", f"{field}: {reason}.{more}", field)


def install(app: FastAPI) -> None:
    """Let the application answer every error in this shape."""
    app.add_exception_handler(DeskError, for_desk_error)
    app.add_exception_handler(OSError, for_system_error)
    app.add_exception_handler(HTTPException, for_framework_error)
    app.add_exception_handler(RequestValidationError, for_invalid_request)


def _code(kind: type) -> str:
    """SettingsError is "settings_error"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def _field(path: Sequence[Any]) -> str | None:
    return ".".join(str(part) for part in path) or None


def _said(text: str) -> str:
    # JSON may hold half a surrogate pair, which no answer could be encoded with.
    return text.encode("utf-8", "replace").decode()[:LONGEST]
