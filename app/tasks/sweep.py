"""A sweep as a job: one at a time on the desk, in turn with the trainings."""

import dataclasses
import importlib.util
import os
from collections.abc import Mapping
from typing import Any

from app.jobs.record import Job
from app.settings import Settings
from sac.errors import SettingsError
from sac.experiments import Execute, in_process, run_sweep, sweep_of
from sac.market import load_panel
from sac.progress import Progress, Report
from sac.promotion import Ledger

__all__ = ["SWEEP", "check_sweep", "run_sweep_job"]

SWEEP = "sweep"  # stands where a training names its variant


def check_sweep(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """Refuse a sweep that could not start. Raises SettingsError."""
    if variant != SWEEP or not request.keys() <= {"sweep", "ray", "processes"} or "sweep" not in request:
        raise SettingsError("A sweep is asked for with its settings, and perhaps processes or a Ray cluster.")
    sweep_of(request["sweep"])
    processes, ray, most = request.get("processes", 1), request.get("ray"), os.cpu_count() or 1
    if type(processes) is not int or not 1 <= processes <= most:
        raise SettingsError(f"processes is {processes!r}: this machine has 1 to {most} for it.", "processes")
    if ray is not None and processes > 1:
        raise SettingsError("A sweep trains in processes here or on a Ray cluster, not on both.", "processes")
    if ray is not None and importlib.util.find_spec("ray") is None:
        raise SettingsError("Ray is not installed here: pip install 'sac-desk[ray]', or leave out --ray.")


def run_sweep_job(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Do what is left of a sweep; the result says how many trials there are, were found, came to nothing."""
    report(Progress("data", 0.0, "Reading market data"))
    import torch  # here, because the server reads this module too (2.3 s)

    torch.set_num_threads(1)
    outcome = run_sweep(
        sweep_of(job.request["sweep"]),
        load_panel(settings.data),
        settings.sweeps,
        Ledger(settings.models),
        settings.cache,
        report,
        _execution(job.request),
        job.id,
    )
    return dataclasses.asdict(outcome)


def _execution(request: Mapping[str, Any]) -> Execute:
    """Where the packs are trained."""
    if request.get("ray") is not None:
        from sac.experiments.ray_cluster import on_ray  # the server knows nothing of Ray

        return on_ray(request["ray"])
    if request.get("processes", 1) > 1:
        from sac.experiments.processes import on_processes  # nor of torch

        return on_processes(request["processes"])
    return in_process
