"""Models over HTTP: champions and versions."""

from functools import lru_cache, partial
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer, off_loop
from app.api.schemas import ModelList, ModelVersion, VariantName
from app.settings import settings
from sac.config import VARIANTS
from sac.files import stamp
from sac.promotion.shelf import Shelf, named_champion, shelf_of
from sac.registry import Registry, Version

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)


@router.get("/models/{variant}", response_model=ModelList)
async def models(caller: Caller, variant: VariantName) -> Response:
    """The variant's champion and its versions, with their figures out of sample."""
    return answer(await off_loop(partial(shelved, variant)))


def shelved(variant: str) -> ModelList:
    """What the registry holds of a variant."""
    root = settings()
    state, named = stamp(root.models / variant), named_champion(root.registry, variant)
    shelf = _shelf(root.models, variant, state, *named)
    return ModelList(
        variant=variant,
        champion=shelf.champion.name if shelf.champion else None,
        versions=[_version(version) for version in shelf.versions],
        damaged=shelf.damaged,
    )


@lru_cache(maxsize=len(VARIANTS))
def _shelf(models: Path, variant: str, state: str, current: str | None, problem: str | None) -> Shelf:
    """Checked again whenever a file of the variant's or its champion changed."""
    return shelf_of(Registry(models), variant, current, problem)


def _version(version: Version) -> ModelVersion:
    metadata = version.metadata
    return ModelVersion(
        version=version.name,
        kind=metadata.kind,
        preset=metadata.preset,
        parent=metadata.parent,
        created_at=metadata.created_at,
        data_window_start=metadata.provenance.window_start,
        data_window_end=metadata.provenance.window_end,
        last_decision=metadata.last_decision,
        metrics=dict(metadata.metrics),
    )
