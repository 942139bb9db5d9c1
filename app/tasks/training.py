"""Full training and fine-tuning as jobs."""

from collections.abc import Mapping
from typing import Any

from app.hub.outbox import enqueue_champion, enqueue_version
from app.hub.repository import where
from app.jobs.record import Job
from app.settings import Settings
from sac.config import FineTuneSettings, preset_settings
from sac.errors import SettingsError
from sac.progress import Progress, Report
from sac.registry import Registry


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
