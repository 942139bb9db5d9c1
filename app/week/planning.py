"""What a weekly run would do now; nothing is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.settings import Settings
from app.tasks.refresh import refreshable
from app.week.challengers import due_challengers
from app.week.kept import kept
from app.week.schedule import read_schedule
from app.week.which import newest_week
from app.week.work import Situation, Stopped
from sac.book import decider_of, subject_label
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.market import read_choice
from sac.promotion.state import pending_review
from sac.track.sealing import unsealed_steps

__all__ = ["WOULD", "Planned", "planned"]


@dataclass(frozen=True)
class Planned:
    """One step of a run that did not begin."""

    step: str
    done: bool  # by an earlier start
    says: tuple[str, ...]  # what it would do, or did, one sentence each


def planned(root: Settings) -> tuple[str, list[Planned]]:
    """The newest complete week, and each step of its run; no step where it is finished."""
    week = newest_week(root)
    record = kept(root, week)
    if record and record.finished:
        return week, []
    now, steps = Situation(week, root), []
    for name, would in WOULD.items():
        done = record.step(name) if record else None
        try:
            says = done.said if done else tuple(would(now))
        except DeskError as refused:
            says = (f"It would stop: {refused}" if isinstance(refused, Stopped) else str(refused),)
        steps.append(Planned(name, done is not None, says))
    return week, steps


def _refresh(now: Situation) -> list[str]:
    choice = read_choice(now.root.data)
    if not refreshable(choice):
        return ["Nothing to fetch."]
    return [f"Fetch what is missing of {len(choice.symbols)} symbols."]


def _checks(now: Situation) -> list[str]:
    return [f"The data of now pass, to {now.panel.provenance.window_end}."]


def _forecasters(now: Situation) -> list[str]:
    year = int(now.week[:4])
    found = list(now.damaged)
    for variant, champion in now.champions.items():
        fitted = champion.tensors("forecaster")["year"]
        what = "use its forecaster" if fitted == year else f"fit its forecaster of {year}, unless it is kept"
        found.append(f"{VARIANTS[variant].label}: {what}.")
    return found


def _decisions(now: Situation) -> list[str]:
    root, found = now.root, []
    for subject in now.subjects:
        try:
            decider = decider_of(root.registry, subject)
        except DeskError as refusal:
            found.append(f"{subject_label(subject)} decides nothing: {refusal}")
            continue
        steps = unsealed_steps(root.track_log, now.panel, decider) if decider else []
        listed = ", ".join(map(str, now.panel.decisions[steps])) or "nothing, it is sealed"
        found.append(f"{subject_label(subject)}: seal {listed}.")
    return found or ["There is no champion to decide: train a variant first."]


def _challengers(now: Situation) -> list[str]:
    schedule = read_schedule(now.root.data)
    found = due_challengers(now.root, schedule, now.champions, now.week)
    return [one.why for one in found] or ["No variant is to get a challenger."]


def _gate(now: Situation) -> list[str]:
    registry = now.root.registry
    pending = {variant: [v.name for v in pending_review(registry, variant)] for variant in VARIANTS}
    found = [
        f"{VARIANTS[variant].label}: judge {', '.join(names)}." for variant, names in pending.items() if names
    ]
    return found or ["No challenger is pending review."]


def _digest(now: Situation) -> list[str]:
    return [f"Keep the digest under weeks/{now.week}, and send it."]


WOULD: Mapping[str, Callable[[Situation], list[str]]] = {  # by step, and then the digest
    "refresh": _refresh,
    "checks": _checks,
    "forecasters": _forecasters,
    "decisions": _decisions,
    "challengers": _challengers,
    "gate": _gate,
    "digest": _digest,
}
