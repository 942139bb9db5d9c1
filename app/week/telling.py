"""The end of a weekly run: its digest, kept with the week and handed to those who are to read it."""

from datetime import UTC, datetime

from app.digest import Digest, deliver, enqueue, html, text
from app.week.kept import WeekRecord, keep_digest
from app.week.work import Work

__all__ = ["tell"]


def tell(work: Work, record: WeekRecord) -> None:
    """Compose and keep the digest of what the record says, and send it; what fails waits in the outbox."""
    work.report("saving", 0.95, "Writing the digest")
    digest = digest_of(
        work.root,
        record.week,
        stopped=(record.stopped,) if record.stopped else (),
        findings=tuple(record.problems),
    )
    keep_digest(work.root, record.week, html(digest), text(digest))
    enqueue(work.root, digest)
    deliver(work.root)


def digest_of(root, week, *, stopped, findings):  # STAND-IN until branch digest has it
    return Digest(
        week,
        week,
        week,
        datetime.now(UTC),
        stopped[0] if stopped else "Done.",
        stopped,
        (),
        "",
        (),
        findings,
        week,
        week,
    )
