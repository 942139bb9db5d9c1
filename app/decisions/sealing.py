"""Sealing the week by whoever asks for its weights first: page, command, HTTP. No answer waits for it."""

from functools import lru_cache
from pathlib import Path

from app.settings import Settings
from sac.config import FollowChoice
from sac.errors import DeskError
from sac.market import MarketPanel
from sac.promotion.following import follow_of
from sac.promotion.state import champion_name, champion_of
from sac.registry import Registry
from sac.threads import one_thread
from sac.track import TrackLog, seal, seal_missing

__all__ = ["sealed_as_shown"]


def sealed_as_shown(root: Settings, variant: str, panel: MarketPanel, step: int) -> str | None:
    """Seal what a champion's weeks have come to, and ask a past one again where its weights were shown.

    The result is why that could not be done, in one sentence; None where the record is complete.
    """
    try:
        registry = root.registry
        name = champion_name(registry, variant)
        if name is not None:
            follow = follow_of(registry, variant, name)
            _sealed(root.track, registry.root, root.cache, variant, name, follow, panel, step)
    except (DeskError, OSError) as refusal:
        return f"This week's decision was not sealed: {refusal}"
    return None


# What was sealed once is sealed: a page and a client ask at every look. A refusal is not kept.
@lru_cache(maxsize=16)
def _sealed(
    track: Path,
    models: Path,
    cache: Path,
    variant: str,
    name: str,
    follow: FollowChoice,
    panel: MarketPanel,
    step: int,
) -> None:
    one_thread()
    log, registry = TrackLog(track), Registry(models)
    seal_missing(log, registry, panel, variant, cache=cache)
    decision = str(panel.decisions[step])
    champion = champion_of(registry, variant)
    if champion and champion.name == name and log.rows(variant, name, decision):
        seal(log, champion, panel, step, follow=follow, cache=cache)
