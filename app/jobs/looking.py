"""What a server looks at every few seconds: work that nobody is there to start."""

import logging
import threading
from collections.abc import Callable

from app.settings import Settings
from sac.errors import DeskError

__all__ = ["keep_looking"]

LOOK_SECONDS = 5.0  # between two looks

Look = Callable[[Settings], object]


def keep_looking(root: Settings, *looks: Look) -> threading.Event:
    """Look now, and every few seconds until the event is set, or this process ends; for a server.

    Trouble of one look is logged, once until it is another, and keeps no other look from its turn.
    """
    enough = threading.Event()
    known: dict[Look, str] = {}

    def look_at_all() -> None:
        while True:
            for look in looks:
                known[look] = _looked(look, root, known.get(look, ""))
            if enough.wait(LOOK_SECONDS):
                return

    threading.Thread(target=look_at_all, name="looks", daemon=True).start()
    return enough


def _looked(look: Look, root: Settings, before: str) -> str:
    """The trouble of a look; "" where there was none."""
    try:
        look(root)
    except (DeskError, OSError) as trouble:
        if str(trouble) != before:
            logging.getLogger(__name__).warning("%s", trouble)
        return str(trouble)
    return ""
