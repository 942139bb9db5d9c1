"""Sealing the week by whoever asks for its weights first: page, command, HTTP. No answer waits for it."""

from functools import lru_cache
from pathlib import Path

from app.settings import Settings
from sac.book import decider_of
from sac.errors import DeskError
from sac.market import MarketPanel
from sac.registry import Registry
from sac.threads import one_thread
from sac.track import TrackLog, seal, seal_missing

__all__ = ["sealed_as_shown"]


def sealed_as_shown(root: Settings, subject: str, panel: MarketPanel, step: int) -> str | None:
    """Seal what a champion's, or the book's, weeks have come to, and ask a past one again that was shown.

    The result is why that could not be done, in one sentence; None where the record is complete.
    """
    try:
        decider = decider_of(root.registry, subject)
        if decider is not None:
            who = (decider.name, decider.followed)
            _sealed(root.track, root.models, root.cache, subject, who, panel, step)
    except (DeskError, OSError) as refusal:
        return f"This week's decision was not sealed: {refusal}"
    return None


# What was sealed once is sealed: a page and a client ask at every look. A refusal is not kept.
@lru_cache(maxsize=16)
def _sealed(
    track: Path,
    models: Path,
    cache: Path,
    subject: str,
    who: tuple[str, str],
    panel: MarketPanel,
    step: int,
) -> None:
    one_thread()
    log, registry = TrackLog(track), Registry(models)
    seal_missing(log, registry, panel, subject, cache=cache)
    decision = str(panel.decisions[step])
    decider = decider_of(registry, subject, cache)
    if decider and decider.name == who[0] and log.rows(subject, decider.name, decision):
        seal(log, decider, panel, step)
