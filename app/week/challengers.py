"""Which champions a week gives a challenger, and how it is trained."""

import dataclasses

import numpy as np

from app.jobs.queue import Jobs
from app.settings import Settings
from app.tasks.training import FULL, FullRequest
from app.week.schedule import Challenger, Schedule
from sac.config import VARIANTS
from sac.market import trading_weeks
from sac.registry import Registry, Version

__all__ = ["Due", "due_challengers", "request_like"]

_ENOUGH = 1_000_000  # jobs: all of them


@dataclasses.dataclass(frozen=True)
class Due:
    """What a week makes of one variant, and why."""

    variant: str
    choice: Challenger  # "none" where nothing is due
    why: str  # one sentence


def due_challengers(
    root: Settings, schedule: Schedule, champions: dict[str, Version], week: str
) -> list[Due]:
    """What is due of every variant that has a choice: its newest version learned `every` weeks ago or more.

    So a training that somebody starts meanwhile counts, and one that failed is due again a week later. A
    variant without a champion gets none: its first version would be promoted without being asked.
    """
    found = []
    for variant, label in ((name, VARIANTS[name].label) for name in VARIANTS):
        choice = schedule.challenger(variant)
        if choice == "none":
            continue
        if variant not in champions:
            found.append(
                Due(variant, "none", f"{label} has no champion that can be read: train it yourself.")
            )
            continue
        age = _weeks_since(max(v.metadata.last_decision for v in root.registry.versions(variant)), week)
        if age < schedule.every:
            why = f"{label} learned {age} weeks ago: a challenger is due after {schedule.every}."
            found.append(Due(variant, "none", why))
        else:
            found.append(Due(variant, choice, f"{label} learned {age} weeks ago: {choice}."))
    return found


def request_like(champion: Version, registry: Registry, jobs: Jobs) -> FullRequest:
    """The full training that a champion comes from, to be repeated on today's data.

    What was asked for then is in that training's job; without it, its preset and its plain settings say it.
    """
    ancestor = _trained_in_full(champion, registry)
    for job in jobs.list(_ENOUGH, kinds=(FULL,)):
        result, asked = FULL.result_of(job), FULL.request_of(job)
        if job.subject == ancestor.variant and result and asked and result.version == ancestor.name:
            return asked
    settings = ancestor.settings
    return FullRequest(
        preset="desk" if settings.preset.startswith("desk") else "plan",
        members=settings.members,
        evaluation_years=settings.evaluation_years,
        validation_weeks=settings.validation_weeks,
        follow=settings.follow,
        seed=settings.seed,
    )


def _trained_in_full(version: Version, registry: Registry) -> Version:
    """Itself, or the version that its fine-tunings began with, as far back as they can be read."""
    names = {other.name: other for other in registry.versions(version.variant)}
    while version.metadata.parent in names:
        version = names[version.metadata.parent]
    return version


def _weeks_since(decision: str, week: str) -> int:
    """Complete weeks from one decision to another."""
    first, last = np.datetime64(decision) + 1, np.datetime64(week)
    return len(trading_weeks(first, last).decisions) if first <= last else 0
