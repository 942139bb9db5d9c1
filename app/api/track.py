"""The track record over HTTP: sealed decisions, and what became of them."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer, off_loop
from app.api.errors import NoModel
from app.api.schemas import SubjectName
from app.api.track_schemas import ConeWeek, ScoredWeek, SealedRow, SealedRows, Track, TrackStanding
from app.api.weights import market
from app.settings import settings
from sac.track.cone import Cone
from sac.track.record import reigns, track_record
from sac.track.scoring import Scored, live

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)


class Listing(BaseModel):
    """Whose sealed decisions to list, and how many."""

    model_config = ConfigDict(extra="forbid")

    variant: SubjectName | None = Query(None)
    limit: int = Query(50, ge=1, le=500)


class Which(BaseModel):
    """Which of a variant's champions, or which book."""

    model_config = ConfigDict(extra="forbid")

    version: str | None = Query(None, max_length=100, description="By default the champion, else the latest")


@router.get("/decisions/sealed", response_model=SealedRows)
async def decisions(caller: Caller, query: Annotated[Listing, Query()]) -> Response:
    """The latest sealed decisions, newest first, and whether the log is whole."""
    return answer(await off_loop(partial(sealed, query.variant, query.limit)))


@router.get("/track/{variant}", response_model=Track)
async def track(caller: Caller, variant: SubjectName, query: Annotated[Which, Query()]) -> Response:
    """How a champion's sealed decisions have done, and where that stands in what its back-test promised."""
    return answer(await off_loop(partial(tracked, variant, query.version)))


def sealed(variant: str | None, limit: int) -> SealedRows:
    """Rows of the log."""
    log = settings().track_log
    rows = log.rows(variant)[: -limit - 1 : -1]
    return SealedRows(decisions=[SealedRow.model_validate(row) for row in rows], problems=log.problems())


def tracked(variant: str, version: str | None) -> Track:
    """The record of a version that is or was champion; of the champion without a name."""
    root = settings()
    reign = next((one for one in reigns(root.registry, variant) if version in (None, one.version)), None)
    if reign is None:
        whom = f"{version} was never champion of {variant}" if version else f"{variant} had no champion yet"
        raise NoModel(f"{whom}: there is no track record.")
    record = track_record(root.registry, root.track_log, market(root.data), reign)
    results = record.scored
    return Track(
        variant=variant,
        version=reign.version,
        champion=reign.champion,
        since=reign.since,
        until=reign.until,
        live_weeks=len(live(record.rows)),
        growth=results.champion.wealth[-1] if results else None,
        equal_weight_growth=results.equal.wealth[-1] if results else None,
        standing=TrackStanding(**asdict(record.standing)) if record.standing else None,
        weeks=_weeks(results) if results else [],
        cone=_cone(record.cone) if record.cone else [],
        unsealed=dict(record.unsealed),
        problems=[*root.track_log.problems(), *record.problems],
    )


def _weeks(results: Scored) -> list[ScoredWeek]:
    champion = results.champion
    return [
        ScoredWeek(
            decision=str(champion.decisions[week]),
            fill=str(champion.fills[week]),
            end=str(champion.ends[week]),
            net=champion.net[week],
            equal_weight_net=results.equal.net[week],
            lead=lead,
            turnover=champion.turnover[week],
            cost=results.costs[week],
        )
        for week, lead in enumerate(results.leads)
    ]


def _cone(promise: Cone) -> list[ConeWeek]:
    names = ("low90", "low50", "median", "high50", "high90")
    return [
        ConeWeek(week=week + 1, **dict(zip(names, edges, strict=True)))
        for week, edges in enumerate(np.asarray(promise.bands.T).tolist())
    ]
