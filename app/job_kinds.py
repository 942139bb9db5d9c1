"""What a job can be: one entry per kind, shared by the server, which checks, and the worker, which runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.data_refresh import check_refresh, run_refresh
from app.hub_jobs import check_pull, check_send, run_pull, run_send
from app.hub_outbox import enqueue_champion, enqueue_version, where
from app.job_store import Job
from app.settings import Settings
from app.sweep_jobs import check_sweep, run_sweep_job
from sac.config import FineTuneSettings, preset_settings
from sac.errors import SettingsError
from sac.progress import Progress, Report
from sac.registry import Registry

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """A kind of job."""

    check: Callable[[str, Mapping[str, Any], Settings], None]  # of (variant, request, home): raises DeskError
    run: Callable[[Job, Settings, Report], dict[str, Any]]  # the work; its result must be plain JSON
    takes_turns: bool = True  # with all others that do: one of them works at a time


def check_training(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """Refuse a training that could not start. Raises SettingsError."""
    try:
        preset_settings(variant, **request)
    except TypeError as wrong:
        raise SettingsError(f"A training setting has the wrong type: {wrong}.") from wrong


def run_full(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Train a variant from scratch; the result is that of `sac.training.summary`."""
    report(Progress("data", 0.0, "Reading market data"))
    # Imported here: the server reads this module too and has no need of torch (2.3 s).
    import torch

    from sac import training
    from sac.market import load_panel

    torch.set_num_threads(1)  # the same bytes on every machine, and a core left for the dashboard
    outcome = training.full(
        job.variant,
        load_panel(settings.data),
        preset_settings(job.variant, **job.request),
        Registry(settings.models),
        settings.cache,
        report,
        settings.promotion,
    )
    return _shared(job.variant, training.summary(outcome))


def check_finetune(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """Refuse a fine-tuning that could not start. SettingsError, or ArtifactError for damage."""
    champion = Registry(home.models).champion(variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to start from: train it in full first.")
    try:
        FineTuneSettings(**request).applied(champion.settings)
    except TypeError as wrong:
        raise SettingsError(f"A fine-tuning setting is wrong: {wrong}.") from wrong


def run_finetune(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Fine-tune a variant's champion; the result is that of `sac.training.summary`."""
    report(Progress("data", 0.0, "Reading market data"))
    import torch  # as in run_full

    from sac import training
    from sac.market import load_panel

    torch.set_num_threads(1)
    outcome = training.finetune(
        job.variant,
        load_panel(settings.data),
        Registry(settings.models),
        settings.cache,
        report,
        FineTuneSettings(**job.request),
        settings.promotion,
    )
    return _shared(job.variant, training.summary(outcome))


def _shared(variant: str, summary: dict[str, Any]) -> dict[str, Any]:
    """Leave the version, and the news of a new champion, to the outbox; say where on the Hub it will be."""
    enqueue_version(variant, summary["version"])
    if summary["promoted"]:
        enqueue_champion(variant)
    return {**summary, **where(variant, summary["version"])}


KINDS = {
    "full": Kind(check_training, run_full),
    "finetune": Kind(check_finetune, run_finetune),
    "sweep": Kind(check_sweep, run_sweep_job),
    "refresh": Kind(check_refresh, run_refresh, takes_turns=False),  # it waits for the network
    "send": Kind(check_send, run_send, takes_turns=False),  # so do these
    "pull": Kind(check_pull, run_pull, takes_turns=False),
}
