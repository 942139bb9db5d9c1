"""Jobs that a week needs: each is begun once, whatever becomes of the week's own process meanwhile."""

import time
from contextlib import suppress
from typing import Any

from app.jobs.kind import Asked, Kind
from app.jobs.queue import ENDED
from app.jobs.record import Job, JobConflict, JobNotFound, job_id_of
from app.week.work import Work
from sac.errors import Cancelled
from sac.progress import Stage

__all__ = ["Span", "done_by"]

Span = tuple[Stage, float, float]  # of the week's progress: stage, and the fractions where it begins and ends

POLL_SECONDS = 0.5  # between two looks at a job
_TRIES = 3  # of a job whose process is killed again and again


def done_by(
    work: Work, name: str, kind: Kind[Asked, Any], subject: str, request: Asked, span: Span, *, share: bool
) -> Job:
    """The job of that name in this week, followed to its end; an earlier start's is found again.

    `share`: whether somebody else's job on the same subject does as well; else it is waited for first.
    One whose process was killed is begun again, and so is one that an earlier start was cancelled with.
    Raises Cancelled, which stops the job too.
    """
    for number in range(_TRIES):
        job_id = job_id_of(f"{work.week} {work.round} {name} {number}")
        begun = _begun(work, job_id, kind, subject, request, span, share=share)
        job = _followed(work, begun, span)
        if job.error != ENDED and (job.status != "cancelled" or begun.active):
            break
    return job


def _begun(
    work: Work, job_id: str, kind: Kind[Asked, Any], subject: str, request: Asked, span: Span, *, share: bool
) -> Job:
    while True:
        with suppress(JobNotFound):
            return work.jobs.get(job_id)
        try:
            return work.jobs.submit(kind, subject, request, work.actor, job_id)
        except JobConflict as busy:
            if share and busy.job_id:
                return work.jobs.get(busy.job_id)
            work.report(span[0], span[1], str(busy))
        time.sleep(POLL_SECONDS)


def _followed(work: Work, job: Job, span: Span) -> Job:
    stage, start, end = span
    try:
        while (job := work.jobs.get(job.id)).active:
            work.report(stage, start + (end - start) * job.fraction, job.message)
            time.sleep(POLL_SECONDS)
    except Cancelled:
        if job.actor == work.actor:  # another one's goes on
            work.jobs.cancel(job.id)
        raise
    return job
