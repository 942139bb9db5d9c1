"""The weekly run: each step once, whatever kills its process in between."""

from datetime import UTC, datetime

from app.jobs.queue import jobs_of
from app.jobs.record import Job
from app.settings import Settings
from app.week.kept import WeekRecord, keep, kept
from app.week.steps import STEPS
from app.week.telling import tell
from app.week.work import Notes, Stopped, Work
from sac.progress import Report

__all__ = ["run"]

_AFTER_A_STOP = ("refresh", "checks")  # what is done anew once somebody has corrected what stopped the week


def run(job: Job, root: Settings, report: Report) -> WeekRecord:
    """Do what is left of the job's week; its record. Raises Stopped with the digest's reason.

    A step that is done is written down before the next one begins, and not done again.
    """
    record = _begun(job, root)
    if record.finished:
        return record
    root.track_log.witness()  # also where it stops: a clock that is set back afterwards is known to be
    work = Work(job.subject, root, jobs_of(root), job.actor, report, record.stops)
    try:
        for name, step in STEPS.items():
            if record.step(name) is None:
                notes = Notes()
                step(work, notes)
                record = record.with_step(name, notes.said, notes.problems)
                keep(root, record)
    except Stopped as reason:
        again = tuple(step for step in record.steps if step.name not in _AFTER_A_STOP)
        record = record.model_copy(update={"stops": record.stops + 1, "stopped": str(reason)})
        tell(work, record)
        keep(root, record.model_copy(update={"steps": again}))
        raise
    tell(work, record)
    record = record.model_copy(update={"finished": datetime.now(UTC)})
    keep(root, record)
    return record


def _begun(job: Job, root: Settings) -> WeekRecord:
    """The week's record, with this job at work on it."""
    record = kept(root, job.subject) or WeekRecord(week=job.subject, job=job.id, began=datetime.now(UTC))
    if record.finished is None:
        record = record.model_copy(update={"job": job.id, "stopped": None})
        keep(root, record)
    return record
