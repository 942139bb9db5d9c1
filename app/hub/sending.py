"""The two jobs that talk to the Hugging Face Hub: one empties the outbox, the other fetches a version."""

from typing import TYPE_CHECKING

from app.hub.parcels import CHAMPION, HubStore
from app.settings import Settings
from sac.errors import DeskError, SettingsError
from sac.registry import Registry

if TYPE_CHECKING:
    pass
import time
import traceback
from collections.abc import Mapping
from typing import Any

from filelock import FileLock, Timeout

from app.formats import duration
from app.hub.parcels import Parcel
from app.hub.repository import remote_of
from app.jobs.record import Job
from sac.progress import Progress, Report

__all__ = ["OUTBOX", "check_send", "deliver", "run_send"]

POLL_SECONDS = 2.0  # between two looks at an outbox in which nothing is due
LOCK_SECONDS = 300.0  # for another process that talks to the Hub


def check_send(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """Sending takes no settings. Raises SettingsError."""
    if variant != OUTBOX or request:
        raise SettingsError("Sending takes no settings: it empties the outbox.")


def run_send(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Send what is queued, wait for what is put off, and end when nothing is queued any more."""
    store, done, failed = HubStore(settings.hub), 0, 0
    while (parcel := store.next()) is not None:
        wait = parcel.wait(time.time())
        if wait > 0:
            message = f"{parcel.reason} Trying {parcel.name} again in {duration(wait)}"
            report(Progress("hub", 0.0, message))
            time.sleep(min(wait, POLL_SECONDS))
            continue
        report(Progress("hub", 0.0, f"Sending {parcel.name} to {parcel.repo}"))
        outcome = deliver(settings, store, parcel)
        done, failed = done + (outcome.state == "sent"), failed + (outcome.state == "failed")
    return {"sent": done, "failed": failed}


def deliver(home: Settings, store: HubStore, parcel: Parcel) -> Parcel:
    """Try once to send a parcel, and write down what came of it; the parcel as it is then."""
    from sac.hub.repository import HubUnavailable

    try:
        with FileLock(home.hub / "sending.lock", timeout=LOCK_SECONDS):
            version, commit = _sent(home, store, parcel)
    except HubUnavailable as passing:
        store.put_off(parcel, str(passing))
    except DeskError as refusal:
        store.give_up(parcel, str(refusal))
    except Timeout:
        store.put_off(parcel, "Another process is talking to the Hub.")
    except Exception as error:  # one parcel's bad luck must not hold up the others
        traceback.print_exc()
        store.put_off(parcel, f"Unexpected error: {type(error).__name__}: {error}.")
    else:
        store.sent(parcel, version, commit)
    return store.get(parcel.repo, parcel.variant, parcel.item) or parcel


def _sent(home: Settings, store: HubStore, parcel: Parcel) -> tuple[str, str]:
    """The version that was sent, and its commit."""
    from sac.hub import repository

    registry, variant, remote = Registry(home.models), parcel.variant, remote_of(parcel.variant)
    if remote.repo != parcel.repo:
        raise SettingsError(f"{variant} is shared in {remote.repo} by now: send it there.")
    if parcel.item != CHAMPION:
        return parcel.item, repository.upload(remote, registry.version(variant, parcel.item))
    champion = registry.champion(variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to send: promote a version first.")
    uploaded = repository.upload(remote, champion)
    store.ask(remote.repo, variant, champion.name)  # it went along, if it was not sent before
    alone = store.get(remote.repo, variant, champion.name)
    if alone and alone.state != "sent":
        store.sent(alone, champion.name, uploaded)
    return champion.name, repository.make_champion(remote, champion)


OUTBOX = "The outbox"  # stands where a training names its variant: one job empties it at a time
