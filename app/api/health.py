"""Whether the desk is up, and whether it can do its work, for what watches over it.

Nobody needs a token here: answers name no file, stock or holding; the log has the reasons.
"""

import asyncio
import logging
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import answer
from app.api.schemas import Check, Health, Readiness
from app.api.weights import market
from app.settings import Settings, settings
from sac.config import STALE_WEEKS, VARIANTS
from sac.errors import ArtifactError, DeskError
from sac.market import weeks_behind

__all__ = ["router"]

GOOD_FOR = 5.0  # seconds: who asks more often is told the same, and costs nothing
PATIENCE = 2.0  # seconds for a database that another process has locked

log = logging.getLogger(__name__)
router = APIRouter()
WATCH = ThreadPoolExecutor(
    1, thread_name_prefix="health"
)  # its own: a disk that hangs keeps no route waiting
_last: dict[Path, tuple[float, Readiness]] = {}  # data root -> moment and finding


class _Lacking(DeskError):  # noqa: N818 - a state, not a fault
    """What the desk lacks, in words that anybody may read."""


@router.head("/health", include_in_schema=False)
@router.get("/health")
@router.head("/health/live", include_in_schema=False)
@router.get("/health/live")
async def live(request: Request) -> Health:
    """Whether the desk is up."""
    return Health(version=request.app.version)


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", response_model=Readiness, responses={503: {"model": Readiness}})
async def ready() -> Response:
    """Whether the desk can do its work; 503 while it cannot, with what it lacks."""
    found = await asyncio.get_running_loop().run_in_executor(WATCH, partial(_found, settings()))
    return answer(found, 200 if found.ready else 503)


def _found(root: Settings) -> Readiness:
    """The last finding, or a new one where that is too old."""
    moment, found = _last.get(root.data, (0.0, None))
    if found is None or time.monotonic() - moment > GOOD_FOR:
        found = _looked(root)
        _last[root.data] = time.monotonic(), found
    return found


def _looked(root: Settings) -> Readiness:
    checks = {
        "data_root": _check(partial(_writable, root), "cannot be written to"),
        "databases": _check(partial(_whole, root.data), "cannot be looked for"),
        "data_age": _check(partial(_fresh, root.data), "the market data cannot be read"),
        "champions": _check(partial(_readable, root), "cannot be read"),
    }
    return Readiness(ready=all(check.passed for check in checks.values()), **checks)


def _check(look: Callable[[], str], problem: str) -> Check:
    try:
        return Check(passed=True, detail=look())
    except _Lacking as lacking:
        return Check(passed=False, detail=str(lacking))
    except (DeskError, OSError) as error:
        log.warning("not ready, %s: %s", problem, error)
        return Check(passed=False, detail=problem)


def _writable(root: Settings) -> str:
    """Write a file without a name into every folder, or where a missing one would be made."""
    for folder in (root.data, root.models, root.jobs, root.hub, root.sweeps, root.cache):
        there = next(place for place in (folder, *folder.parents) if place.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(4096))
    return "can be written to"


def _whole(data: Path) -> str:
    """Let SQLite look through every database."""
    paths = sorted(data.glob("*/*.sqlite3"))
    for path in paths:
        try:
            said = _looked_through(path)
        except sqlite3.Error as error:
            said = str(error)
        if said != "ok":
            log.warning("not ready, %s: %s", path, said)
            raise _Lacking(f"{path.name} is locked or damaged: see the log")
    return f"{len(paths)} whole"


def _looked_through(path: Path) -> str:
    """ "ok", or the first thing that is wrong."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as database:
        return str(database.execute("PRAGMA quick_check(1)").fetchone()[0])


def _fresh(data: Path) -> str:
    """The same limit as for this week's weights; the embedded sample is known to have ended."""
    source = market(data).provenance
    if source.source == "sample":
        return f"the embedded sample, to {source.window_end}"
    said = f"to {source.window_end}, {(behind := weeks_behind(source.covered_until))} complete weeks missing"
    if behind > STALE_WEEKS:
        raise _Lacking(f"{said}: refresh the data")
    return said


def _readable(root: Settings) -> str:
    """Compare every file of every champion with its checksum."""
    read, damaged = [], []
    for variant in VARIANTS:
        try:
            if root.registry.champion(variant):
                read.append(variant)
        except ArtifactError as error:
            log.warning("not ready, champion of %s: %s", variant, error)
            damaged.append(variant)
    if damaged:
        raise _Lacking(f"{' and '.join(damaged)} cannot be read: promote another version")
    return f"{len(read)} can be read"
