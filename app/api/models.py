"""Models over HTTP: champions and versions."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer, off_loop
from app.api.schemas import ModelList, ModelVersion, VariantName
from app.queries import versions
from sac.registry import Version

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)


@router.get("/models/{variant}", response_model=ModelList)
async def models(caller: Caller, variant: VariantName) -> Response:
    """The variant's champion and its versions, with what each did out of sample."""
    return answer(await off_loop(partial(shelved, variant)))


def shelved(variant: str) -> ModelList:
    """What the registry holds of a variant."""
    shelf = versions.shelf(variant)
    return ModelList(
        variant=variant,
        champion=shelf.champion.name if shelf.champion else None,
        versions=[_version(version) for version in shelf.versions],
        damaged=shelf.damaged,
    )


def _version(version: Version) -> ModelVersion:
    told = version.metadata
    return ModelVersion(
        version=version.name,
        kind=told.kind,
        preset=told.preset,
        parent=told.parent,
        created_at=told.created_at,
        data_window_start=told.provenance.window_start,
        data_window_end=told.provenance.window_end,
        last_decision=told.last_decision,
        metrics=dict(told.metrics),
    )
