"""What the routes share: the caller, the shape of an answer, and work off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.access import roles
from app.access.roles import Visitor
from app.api.errors import ErrorBody
from app.jobs.queue import Jobs, jobs_of
from app.settings import settings

__all__ = ["RECORDS", "REFUSALS", "Actor", "Caller", "JobId", "answer", "off_loop", "queue"]


RECORDS = ThreadPoolExecutor(4, thread_name_prefix="records")  # not the server's own pool: pages need that


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 413, 422, 429, 503, 507)
}


T = TypeVar("T")


def caller(request: Request) -> Visitor:
    """Who calls, as the guard established."""
    known: Visitor = request.state.caller
    return known


def acting(request: Request) -> str:
    """The caller's name. Raises Forbidden for one that may only look."""
    return roles.may_act(caller(request)).name


Caller = Annotated[Visitor, Depends(caller)]


Actor = Annotated[str, Depends(acting)]


JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON of a model, with null for a figure that is not a number."""
    return Response(model.model_dump_json(), status, headers, "application/json")


async def off_loop(work: Callable[[], T]) -> T:
    """Do something that waits for the disk, while the server goes on with its other visitors."""

    def answered() -> T:
        try:
            return work()
        except StopIteration as error:  # a future cannot carry it: the request would never end
            raise RuntimeError("an iterator ended too early") from error

    return await asyncio.get_running_loop().run_in_executor(RECORDS, answered)


def queue() -> Jobs:
    """The jobs of this process's data root."""
    return jobs_of(settings())
