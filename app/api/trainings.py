"""Trainings over HTTP: started, and waited for."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api import dependencies
from app.api.dependencies import REFUSALS, Actor, answer, off_loop
from app.api.errors import Busy, ErrorBody, KeyReused, NoPriorModel, TrainingCancelled, TrainingFailed
from app.api.schemas import Accepted, TrainingSummary, VariantName
from app.jobs.kind import Asked, Kind
from app.jobs.record import Job, JobConflict, JobNotFound, job_id_of
from app.settings import settings
from app.tasks.training import FINETUNE, FULL, FineTuning, FullRequest, FullTraining, TrainingResult
from sac.promotion.state import champion_name

__all__ = ["router"]

POLL_SECONDS = 0.5

router = APIRouter(responses=REFUSALS)


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9._-]{1,128}$",
        description="The same key asks for the same job: send it again when an answer was lost.",
    ),
]


class Waiting(BaseModel):
    """Whether to answer only when the training has ended."""

    model_config = ConfigDict(extra="forbid")

    wait: bool = False


TRAINING: dict[int | str, dict[str, Any]] = {
    200: {"model": TrainingSummary, "description": "With wait=true: the result of the training"},
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
    wanted = FullRequest.model_validate((body or FullTraining()).plain())
    return await _trained(request, variant, FULL, wanted, actor, key, query.wait)


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
    return await _trained(request, variant, FINETUNE, body or FineTuning(), actor, key, query.wait)


async def _trained(
    request: Request,
    variant: str,
    kind: Kind[Asked, TrainingResult],
    wanted: Asked,
    actor: str,
    key: str | None,
    wait: bool,
) -> Response:
    job = await off_loop(partial(_submitted, variant, kind, wanted, actor, key))
    url = f"/jobs/{job.id}"
    with suppress(asyncio.CancelledError):  # the server stops
        while wait and job.active and not await request.is_disconnected():
            await asyncio.sleep(POLL_SECONDS)
            job = await off_loop(partial(dependencies.queue().get, job.id))
    if job.active or not wait:  # it goes on without its client, and without this server
        return answer(Accepted(job_id=job.id, status_url=url), 202, {"Location": url})
    result = kind.result_of(job)
    if result is None:
        ended = TrainingCancelled if job.status == "cancelled" else TrainingFailed
        raise ended(job.error or f"The training was {job.status}; nothing was saved.", job.id)
    return answer(TrainingSummary.model_validate(result), 200, {"Location": url})


def _submitted(
    variant: str, kind: Kind[Asked, TrainingResult], wanted: Asked, actor: str, key: str | None
) -> Job:
    """The job of a request: a new one, or the one that the same key started."""
    if kind.name == FINETUNE.name and champion_name(settings().registry, variant) is None:
        raise NoPriorModel(f"{variant} has no champion to start from: train it in full first.")
    if key is None:
        return dependencies.queue().submit(kind, variant, wanted, actor)
    job_id = job_id_of(f"{actor} {key}")
    try:
        job = dependencies.queue().get(job_id)
    except JobNotFound:
        try:
            return dependencies.queue().submit(kind, variant, wanted, actor, job_id)
        except JobConflict as conflict:
            if conflict.job_id != job_id:
                raise
            job = dependencies.queue().get(job_id)  # the same request was a moment faster
    if (job.subject, job.kind, job.request) != (variant, kind.name, wanted.plain()):
        raise KeyReused("This Idempotency-Key was used for another training: send a new one.")
    return job
