"""Jobs over HTTP: listed, looked at, cancelled."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api import dependencies
from app.api.dependencies import REFUSALS, Actor, Caller, JobId, answer, off_loop
from app.api.schemas import JobList, JobRecord

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)


class Listing(BaseModel):
    """How many jobs to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Query(50, ge=1, le=500)


@router.get("/jobs", response_model=JobList)
async def jobs(caller: Caller, query: Annotated[Listing, Query()]) -> Response:
    """The latest jobs, newest first."""
    latest = await off_loop(partial(dependencies.queue().list, query.limit))
    return answer(JobList(jobs=[JobRecord.model_validate(job) for job in latest]))


@router.get("/jobs/{job_id}", response_model=JobRecord)
async def job(caller: Caller, job_id: JobId) -> Response:
    """One job: its stage, its progress, and its result or error."""
    return answer(JobRecord.model_validate(await off_loop(partial(dependencies.queue().get, job_id))))


@router.post("/jobs/{job_id}/cancel", response_model=JobRecord)
async def cancel(actor: Actor, job_id: JobId) -> Response:
    """Ask a job to stop; one that has ended stays as it is."""
    return answer(JobRecord.model_validate(await off_loop(partial(dependencies.queue().cancel, job_id))))
