"""What the trainings of the desk come to, in one sentence."""

from collections.abc import Sequence
from contextlib import suppress

from app.formats import duration, moment, percent
from app.jobs.queue import Job
from app.queries import promotion
from app.tasks.training import result_of
from app.ui.shared.labels import KIND_WORDS, label
from sac.errors import DeskError
from sac.text import plain

__all__ = ["at_work", "state", "title", "waiting"]


def at_work(jobs: Sequence[Job]) -> list[Job]:
    """Those whose turn has come, the oldest first."""
    return [job for job in reversed(jobs) if job.active and job.started_at]


def waiting(jobs: Sequence[Job]) -> list[Job]:
    """Those that wait for their turn, the next one first."""
    return [job for job in reversed(jobs) if job.active and not job.started_at]


def title(job: Job, name: str = "") -> str:
    """What a run is called: its variant, with the name that somebody gave it, else its kind and moment."""
    own = name or f"{KIND_WORDS.get(job.kind, job.kind)}, {moment(job.created_at)}"
    return f"{label(job.subject)} {own}"


def state(jobs: Sequence[Job]) -> str:
    """What is true now and what there is to do, as Markdown; the jobs newest first."""
    running, queued = at_work(jobs), waiting(jobs)
    if running:
        left = f", about {duration(running[0].eta_seconds)} left" if running[0].eta_seconds else ""
        behind = f"; {len(queued)} wait{'s' * (len(queued) == 1)}" if queued else ""
        verb = "is being cancelled" if running[0].status == "cancelling" else "is training"
        return f"{_name(running[0])} {verb}: {percent(running[0].fraction, 0)}{left}{behind}."
    if queued:
        return f"{_name(queued[0])} waits for its turn."
    if not jobs:
        return "No training yet: start the first one below."
    return f"Nothing is training. {_ended(jobs[0])}"


def _ended(job: Job) -> str:
    given, last = result_of(job), f"The last run, {_name(job)},"
    if given is None:
        return f"{last} {'failed: see why below' if job.status == 'failed' else f'was {job.status}'}."
    if given.promoted:
        return f"{last} became champion."
    with suppress(DeskError):
        if given.version in promotion.docket(job.subject).pending:
            return f"{last} {'waits for review' if given.eligible else 'waits for review, not eligible'}."
    return f"{last} is stored."


def _name(job: Job) -> str:
    return plain(label(job.subject))
