"""Decisions on champions as pages and commands make them: with the evidence that there is today."""

from app.hub.outbox import enqueue_champion
from app.settings import Settings
from sac.promotion import Decision
from sac.promotion.deciding import Verdict, decide, rollback

__all__ = ["decided", "rolled_back"]


def decided(
    root: Settings,
    variant: str,
    name: str,
    action: Verdict,
    *,
    actor: str,
    reason: str,
    champion: str | None,
    evidence: str,
) -> Decision:
    """Approve, override or reject, with the champion and the evidence that the person saw."""
    registry = root.registry
    version = registry.version(variant, name)
    return _told(
        decide(registry, version, action, actor=actor, reason=reason, champion=champion, evidence=evidence)
    )


def rolled_back(
    root: Settings, variant: str, *, actor: str, reason: str, champion: str | None, to: str | None
) -> Decision:
    """Back to an earlier champion."""
    return _told(rollback(root.registry, variant, actor=actor, reason=reason, champion=champion, to=to))


def _told(decision: Decision) -> Decision:
    """Leave the news of a new champion to the Hub's outbox."""
    if decision.moved:
        enqueue_champion(decision.variant)
    return decision
