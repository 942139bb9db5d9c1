"""Trainings and jobs over HTTP: started, waited for, looked at, cancelled."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app import access, queries
from app.access import Visitor
from app.api_errors import Busy, ErrorBody, KeyReused, NoPriorModel, TrainingCancelled, TrainingFailed
from app.api_models import (
    Accepted,
    FineTuning,
    FullTraining,
    JobList,
    JobRecord,
    TrainingSummary,
    VariantName,
)
from app.job_store import Job, JobConflict, JobNotFound
from app.settings import settings
from sac.registry import Registry

__all__ = ["REFUSALS", "Caller", "answer", "router"]

POLL_SECONDS = 0.5
RECORDS = ThreadPoolExecutor(4, thread_name_prefix="records")  # not the server's own pool: pages need that

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 413, 422, 429, 507)
}
router = APIRouter(responses=REFUSALS)
T = TypeVar("T")


def caller(request: Request) -> Visitor:
    """Who calls, as the guard found out."""
    found: Visitor = request.state.caller
    return found


def acting(request: Request) -> str:
    """The caller's name. Raises Forbidden for one that may only look."""
    return access.may_act(caller(request)).name


Caller = Annotated[Visitor, Depends(caller)]
Actor = Annotated[str, Depends(acting)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9._-]{1,128}$",
        description="The same key asks for the same job: send it again when an answer was lost.",
    ),
]
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]


class Waiting(BaseModel):
    """Whether to answer only when the training has ended."""

    model_config = ConfigDict(extra="forbid")

    wait: bool = False


class Listing(BaseModel):
    """How many jobs to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Query(50, ge=1, le=500)


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON of a model, with null for a figure that is not a number."""
    return Response(model.model_dump_json(), status, headers, "application/json")


async def off_loop(work: Callable[[], T]) -> T:
    """Do something that waits for the disk, while the server goes on with its other visitors."""
    return await asyncio.get_running_loop().run_in_executor(RECORDS, work)


TRAINING: dict[int | str, dict[str, Any]] = {
    200: {"model": TrainingSummary, "description": "With wait=true: what the training came to"},
    202: {"headers": {"Location": {"description": "The job", "schema": {"type": "string"}}}},
    409: {"model": Busy | ErrorBody, "description": "The variant is being trained already"},
    422: {"model": Busy | ErrorBody, "description": "A setting is wrong, or the awaited training failed"},
}


@router.post("/train/{variant}/full", status_code=202, response_model=Accepted, responses=TRAINING)
async def train_full(
    variant: VariantName,
    request: Request,
    actor: Actor,
    query: Annotated[Waiting, Query()],
    body: FullTraining | None = None,
    key: Key = None,
) -> Response:
    """Train a variant from scratch. Without a body: the preset `plan`."""
    wanted = (body or FullTraining()).given()
    return await _trained(request, variant, "full", wanted, actor, key, query.wait)


@router.post("/train/{variant}/finetune", status_code=202, response_model=Accepted, responses=TRAINING)
async def train_finetune(
    variant: VariantName,
    request: Request,
    actor: Actor,
    query: Annotated[Waiting, Query()],
    body: FineTuning | None = None,
    key: Key = None,
) -> Response:
    """Fine-tune a variant's champion on the most recent 26 weeks; 400 where there is none."""
    wanted = (body or FineTuning()).given()
    return await _trained(request, variant, "finetune", wanted, actor, key, query.wait)


@router.get("/jobs", response_model=JobList)
async def jobs(caller: Caller, query: Annotated[Listing, Query()]) -> Response:
    """The latest jobs, newest first."""
    found = await off_loop(partial(queries.jobs().list, query.limit))
    return answer(JobList(jobs=[JobRecord.model_validate(job) for job in found]))


@router.get("/jobs/{job_id}", response_model=JobRecord)
async def job(caller: Caller, job_id: JobId) -> Response:
    """One job: its stage, its progress, and its result or error."""
    return answer(JobRecord.model_validate(await off_loop(partial(queries.jobs().get, job_id))))


@router.post("/jobs/{job_id}/cancel", response_model=JobRecord)
async def cancel(actor: Actor, job_id: JobId) -> Response:
    """Ask a job to stop; one that has ended stays as it is."""
    return answer(JobRecord.model_validate(await off_loop(partial(queries.jobs().cancel, job_id))))


async def _trained(
    request: Request, variant: str, kind: str, wanted: dict[str, Any], actor: str, key: str | None, wait: bool
) -> Response:
    job = await off_loop(partial(_submitted, variant, kind, wanted, actor, key))
    url = f"/jobs/{job.id}"
    with suppress(asyncio.CancelledError):  # the server stops
        while wait and job.active and not await request.is_disconnected():
            await asyncio.sleep(POLL_SECONDS)
            job = await off_loop(partial(queries.jobs().get, job.id))
    if job.active or not wait:  # it goes on without its client, and without this server
        return answer(Accepted(job_id=job.id, status_url=url), 202, {"Location": url})
    if job.result is None:
        ended = TrainingCancelled if job.status == "cancelled" else TrainingFailed
        raise ended(job.error or f"The training was {job.status}; nothing was saved.", job.id)
    return answer(TrainingSummary.model_validate(job.result), 200, {"Location": url})


def _submitted(variant: str, kind: str, wanted: dict[str, Any], actor: str, key: str | None) -> Job:
    """The job of a request: a new one, or the one that the same key started."""
    if kind == "finetune" and Registry(settings().models).current(variant) is None:
        raise NoPriorModel(f"{variant} has no champion to start from: train it in full first.")
    if key is None:
        return queries.jobs().submit(variant, kind, wanted, actor)
    # The key names the job, so that the table's primary key holds it to one, across restarts too.
    job_id = hashlib.sha256(f"{actor} {key}".encode()).hexdigest()[:12]
    try:
        job = queries.jobs().get(job_id)
    except JobNotFound:
        try:
            return queries.jobs().submit(variant, kind, wanted, actor, job_id)
        except JobConflict as conflict:
            if conflict.job_id != job_id:
                raise
            job = queries.jobs().get(job_id)  # the same request was a moment faster
    if (job.variant, job.kind, job.request) != (variant, kind, wanted):
        raise KeyReused("This Idempotency-Key stands for another training: send a new one.")
    return job
