"""The job that empties the outbox: it sends what is queued to the Hugging Face Hub."""

import time

from filelock import FileLock, Timeout

from app.formats import duration
from app.hub.repository import remote_of
from app.hub.uploads import CHAMPION, UploadStore, UploadTask, uploads_of
from app.jobs.kind import Kind, NoSettings, Result
from app.jobs.record import Job
from app.settings import Settings
from sac.errors import DeskError, SettingsError
from sac.files import refusal_of
from sac.progress import Progress, Report
from sac.promotion.state import champion_of
from sac.text import trace

__all__ = ["OUTBOX", "SEND", "SendResult", "deliver"]

OUTBOX = "The outbox"  # the subject of every sending: one job empties it at a time
POLL_SECONDS = 2.0  # between two looks at an outbox in which nothing is due
LOCK_SECONDS = 300.0  # for another process that talks to the Hub


class SendResult(Result):
    """How many upload tasks ended, and how."""

    sent: int
    failed: int


def run_send(job: Job, request: NoSettings, root: Settings, report: Report) -> SendResult:
    """Send what is queued, wait for what is put off, and end when nothing is queued any more."""
    store, done, failed = uploads_of(root), 0, 0
    while (task := store.next()) is not None:
        wait = task.wait(time.time())
        if wait > 0:
            message = f"{task.reason} Trying {task.name} again in {duration(wait)}"
            report(Progress("hub", 0.0, message))
            time.sleep(min(wait, POLL_SECONDS))
            continue
        report(Progress("hub", 0.0, f"Sending {task.name} to {task.repo}"))
        outcome = deliver(root, store, task)
        done, failed = done + (outcome.state == "sent"), failed + (outcome.state == "failed")
    return SendResult(sent=done, failed=failed)


def deliver(root: Settings, store: UploadStore, task: UploadTask) -> UploadTask:
    """Try an upload task once, and write down the outcome; the task as it is then."""
    from sac.hub.repository import HubUnavailable

    try:
        with FileLock(root.hub / "sending.lock", timeout=LOCK_SECONDS):
            version, commit = _sent(root, store, task)
    except HubUnavailable as passing:
        store.put_off(task, str(passing))
    except DeskError as refusal:
        store.give_up(task, str(refusal))
    except Timeout:
        store.put_off(task, "Another process is talking to the Hub.")
    except OSError as error:
        reason = refusal_of(error, root.hub) or f"{error.strerror or 'A file cannot be read'}."
        store.put_off(task, str(reason))
    except Exception:  # one task's bad luck must not hold up the others
        print(trace(), flush=True)
        store.put_off(task, "It stopped at an error that nobody foresaw: the log has the details.")
    else:
        store.sent(task, version, commit)
    return store.get(task.repo, task.variant, task.item) or task


def _sent(root: Settings, store: UploadStore, task: UploadTask) -> tuple[str, str]:
    """The version that was sent, and its commit."""
    from sac.hub import repository

    registry, variant, remote = root.registry, task.variant, remote_of(task.variant)
    if remote.repo != task.repo:
        raise SettingsError(f"{variant} is shared in {remote.repo} by now: send it there.")
    if task.item != CHAMPION:
        return task.item, repository.upload(remote, registry.version(variant, task.item))
    champion = champion_of(registry, variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to send: promote a version first.")
    uploaded = repository.upload(remote, champion)
    store.ask(remote.repo, variant, champion.name)  # it went along, if it was not sent before
    own = store.get(remote.repo, variant, champion.name)
    if own and own.state != "sent":
        store.sent(own, champion.name, uploaded)
    return champion.name, repository.make_champion(remote, champion)


SEND = Kind(  # it spends its time on the network, so it takes no turn
    "send",
    NoSettings,
    SendResult,
    run_send,
    doing="emptied",
    takes_turns=False,
    secrets=("HF_TOKEN",),
)
