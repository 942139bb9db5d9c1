"""The end of a weekly run: its digest, kept with the week and handed to those who are to read it."""

import logging

from app.digest import deliver, enqueue, html, text
from app.digest.composing import digest_of
from app.week.kept import WeekRecord, keep_digest
from app.week.work import Work
from sac.errors import DeskError

__all__ = ["tell"]


def tell(work: Work, record: WeekRecord) -> None:
    """Compose and keep the digest of what the record says, and send it; what fails waits in the outbox."""
    work.report("saving", 0.95, "Writing the digest")
    stopped = (record.stopped,) if record.stopped else ()
    digest = digest_of(work.root, record.week, stopped=stopped, findings=record.problems)
    keep_digest(work.root, record.week, html(digest), text(digest))
    enqueue(work.root, digest)
    try:
        deliver(work.root)
    except DeskError as trouble:  # the week is done all the same; the server's next look tries again
        logging.getLogger(__name__).warning("The digest waits in the outbox: %s", trouble)
