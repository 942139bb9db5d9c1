"""In what runs differ: settings one by one, as they were in effect."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.jobs.queue import Job
from app.tasks.training import FINETUNE, FULL, result_of
from app.ui.shared.labels import KIND_WORDS, label
from sac.config import FINETUNE_WEEKS, TrainingSettings
from sac.errors import DeskError
from sac.registry import Version

__all__ = ["NONE", "differing", "in_effect"]

NONE = "none"  # a run of another learner or kind has no such setting
_EVALUATION = "evaluation years"


def in_effect(job: Job, version: Version | None) -> dict[str, str]:
    """Every setting of a run by its name: those of its version, else what it was asked for.

    version: the one that it gave, where that still exists.
    """
    given = result_of(job)
    facts = {"variant": label(job.subject), "kind": KIND_WORDS.get(job.kind, job.kind)}
    if given:
        facts["data"] = f"{given.data_window_start} to {given.data_window_end}"
    if version is not None:
        settings = _flat(version.settings)
        facts["parent"] = version.metadata.parent or NONE
        facts["engine"] = version.metadata.engine_version
    else:
        settings = _asked(job)
    if job.kind == FINETUNE.name:
        settings.pop(_EVALUATION, None)  # its parent's
        settings["evaluation"] = f"blocks of {FINETUNE_WEEKS} weeks"
    return facts | settings


def differing(runs: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """A row per setting in which the runs differ, a column per run by its title; `NONE` where it has none."""
    names = list(dict.fromkeys(name for settings in runs.values() for name in settings))
    rows = {name: [settings.get(name, NONE) for settings in runs.values()] for name in names}
    different = {name: values for name, values in rows.items() if len(set(values)) > 1}
    return pd.DataFrame.from_dict(different, orient="index", columns=list(runs)).rename_axis("Setting")


def _asked(job: Job) -> dict[str, str]:
    """Settings of a run without a version, as far as this release can read what was asked."""
    request = FULL.request_of(job) if job.kind == FULL.name else None
    try:
        if request is not None:
            return _flat(request.settings(job.subject))
    except (DeskError, TypeError):
        pass
    return {name.replace("_", " "): _text(value) for name, value in job.request.items()}


def _flat(settings: TrainingSettings) -> dict[str, str]:
    whole = dataclasses.asdict(settings)
    agent, forecast = whole.pop("agent"), whole.pop("forecast")
    parts: Sequence[tuple[str, dict[str, Any]]] = (
        ("", whole | whole.pop("constraints")),
        ("", agent),
        ("forecaster: ", forecast),
    )
    return {
        f"{prefix}{name.replace('_', ' ')}": _text(value)
        for prefix, part in parts
        for name, value in part.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
