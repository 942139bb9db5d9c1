"""A sweep as a job: one at a time on the desk, in turn with the trainings."""

import dataclasses
import os
from typing import Annotated, Any

from pydantic import BeforeValidator

from app.jobs.kind import Kind, Request, Result
from app.jobs.record import Job
from app.settings import RAY_SECRETS, Settings
from app.tasks.market import market_panel
from sac.cluster import check_address
from sac.errors import SettingsError
from sac.experiments import Execute, Sweep, in_process, run_sweep, sweep_of
from sac.progress import Report, Stopwatch

__all__ = ["SWEEP", "SWEEPS", "SweepRequest", "SweepResult"]

SWEEPS = "sweep"  # the subject of every sweep: there is one at a time


def _sweep(given: Any) -> Any:
    """A sweep as it is, or from the JSON of a record."""
    return sweep_of(given) if isinstance(given, dict) else given


class SweepRequest(Request):
    """A sweep, and where its packs are trained."""

    sweep: Annotated[Sweep, BeforeValidator(_sweep)]
    processes: int = 1  # side by side on this machine
    ray: str | None = None  # the address of a cluster


class SweepResult(Result):
    """How many trials there are."""

    trials: int
    found: int  # had been finished before
    failed: int


def check_sweep(subject: str, request: SweepRequest, root: Settings) -> None:
    """Refuse a sweep that could not start. Raises SettingsError."""
    sweep_of(dataclasses.asdict(request.sweep))
    processes, ray, most = request.processes, request.ray, os.cpu_count() or 1
    if not 1 <= processes <= most:
        raise SettingsError(f"processes is {processes!r}: this machine has 1 to {most} for it.", "processes")
    if ray is not None and processes > 1:
        raise SettingsError("A sweep trains in processes here or on a Ray cluster, not on both.", "processes")
    if ray is not None:
        check_address(ray, "--ray")


def run_sweep_job(job: Job, request: SweepRequest, root: Settings, report: Report) -> SweepResult:
    """Do what is left of a sweep."""
    watch = Stopwatch(report)
    outcome = run_sweep(
        request.sweep,
        market_panel(root, watch),
        root.sweeps,
        root.ledger,
        root.cache,
        watch,
        _execution(request),
        job.id,
    )
    return SweepResult(trials=outcome.trials, found=outcome.found, failed=outcome.failed)


def _execution(request: SweepRequest) -> Execute:
    """Where the packs are trained."""
    if request.ray is not None:
        from sac.experiments.ray_cluster import on_ray  # the server knows nothing of Ray

        return on_ray(request.ray)
    if request.processes > 1:
        from sac.experiments.processes import on_processes  # nor of torch

        return on_processes(request.processes)
    return in_process


SWEEP = Kind(
    "sweep",
    SweepRequest,
    SweepResult,
    run_sweep_job,
    check_sweep,
    doing="run",
    secrets=RAY_SECRETS,
)
