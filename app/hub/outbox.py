"""The way to the Hugging Face Hub: upload tasks are written down at once, and a job sends them.

A training or a decision never waits for the network: it leaves a row in the outbox and goes on. The job that
sends (kind `send`, beside the trainings) lives as long as something is queued and waits between its tries.
Whoever decides starts it. A training does not know the Hub's token: the server looks every few seconds for
what trainings left, and so does a command at the end of the training that it followed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.hub.sending import OUTBOX, SEND
from app.hub.uploads import CHAMPION, uploads_of
from app.jobs.kind import NoSettings
from app.jobs.queue import jobs_of
from app.jobs.record import JobConflict
from app.settings import Settings, hub_access, settings
from sac.errors import DeskError
from sac.promotion.state import champion_name

__all__ = ["enqueue_champion", "enqueue_version", "resume", "start_sending"]


def enqueue_version(variant: str, version: str, *, start: bool = True) -> None:
    """Have a new version sent. Returns at once, also where the Hub is down or the variant is not shared.

    `start`: whether to start sending here; a process that does not know the Hub's token leaves it to others.
    """
    _enqueue(variant, version, start)


def enqueue_champion(variant: str, *, start: bool = True) -> None:
    """Have `main` follow the champion, after a promotion or a rollback. Returns at once, as above."""
    _enqueue(variant, CHAMPION, start)


def start_sending(root: Settings) -> None:
    """See to it that a job empties the outbox. Raises DeskError or OSError where none can be started."""
    try:
        jobs_of(root).submit(SEND, OUTBOX, NoSettings(), "the desk")
    except JobConflict:
        return  # it is at work, and looks at the outbox again before it ends


def resume(root: Settings) -> None:
    """Go on with what a restart or a crash interrupted; for the start of a server, and for its pages."""
    if not root.hub.exists():
        return
    with _logged("What was queued for the Hub"):
        store, registry = uploads_of(root), root.registry
        for variant, repo in hub_access().repos.items():
            sent = store.get(repo, variant, CHAMPION)
            if sent and sent.state == "sent" and sent.version != champion_name(registry, variant):
                store.ask(repo, variant, CHAMPION)  # a process died between its decision and the outbox
        if store.next():
            start_sending(root)


def _enqueue(variant: str, item: str, start: bool) -> None:
    repo = hub_access().repos.get(variant)
    if repo is None:
        return
    root = settings()
    with _logged(f"{item} of {variant}"):
        uploads_of(root).ask(repo, variant, item)
        if start:
            start_sending(root)


@contextmanager
def _logged(what: str) -> Iterator[None]:
    """Log trouble of this machine instead of raising it: what is shared was saved, only its copy is late."""
    try:
        yield
    except (DeskError, OSError) as trouble:
        logging.getLogger(__name__).warning("%s could not be handed to the outbox: %s", what, trouble)
