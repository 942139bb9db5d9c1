"""Weekly runs over HTTP: started, and looked at."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.api import dependencies
from app.api.dependencies import REFUSALS, Actor, Caller, answer, off_loop
from app.api.errors import NoWeek
from app.api.schemas import StepDone, WeekAccepted, WeekRun
from app.settings import settings
from app.week.kept import digest_of_week
from app.week.starting import Started, start
from app.week.status import status_of

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)

Week = Annotated[
    str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="The session that decides it")
]

STARTED: dict[int | str, dict[str, Any]] = {
    200: {"model": WeekRun, "description": "The newest complete week had been run before"},
    202: {"headers": {"Location": {"description": "The week", "schema": {"type": "string"}}}},
}


@router.post("/week", status_code=202, response_model=WeekAccepted, responses=STARTED)
async def run_week(actor: Actor) -> Response:
    """Run the newest complete week, once: the run at work, or the result of a finished one, is the answer."""
    started = await off_loop(partial(_started, actor))
    if started.done or started.job is None:
        return answer(await off_loop(partial(_looked, started.week)))
    job_id, url = started.job.id, f"/weeks/{started.week}"
    accepted = WeekAccepted(job_id=job_id, status_url=f"/jobs/{job_id}", week=started.week)
    return answer(accepted, 202, {"Location": url})


@router.get("/weeks/{week}", response_model=WeekRun)
async def week(caller: Caller, week: Week) -> Response:
    """One week: how far its run is, what each step did, and its digest."""
    return answer(await off_loop(partial(_looked, week)))


def _started(actor: str) -> Started:
    return start(settings(), dependencies.queue(), actor)


def _looked(week: str) -> WeekRun:
    root = settings()
    found = status_of(root, dependencies.queue(), week)
    if found is None:
        raise NoWeek(f"No run of the week of {week} is on record: POST /week runs the newest complete one.")
    record = found.record
    return WeekRun(
        week=week,
        status=found.status,
        job_id=found.job.id if found.job else record.job if record else None,
        began=record.began if record else None,
        finished=record.finished if record else None,
        reason=found.why,
        steps=[StepDone.model_validate(step) for step in record.steps] if record else [],
        digest=digest_of_week(root, week, "txt"),
    )
