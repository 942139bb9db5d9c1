"""Decisions on champions as pages and commands make them: with the evidence that there is today."""

from contextlib import suppress

from app.hub_outbox import enqueue_champion
from app.settings import Settings
from sac.errors import ArtifactError
from sac.registry import Decision, Ledger, Registry
from sac.registry.case import Case, case_for
from sac.registry.promotion import Verdict, decide, judged, rollback

__all__ = ["case_of", "decided", "rolled_back"]


def case_of(home: Settings, variant: str, name: str) -> Case:
    """The case for a version against today's champion. Raises ArtifactError where it cannot be read."""
    registry = Registry(home.models)
    challenger = registry.version(variant, name)
    champion = None
    with suppress(ArtifactError):  # the gate's verdict names a champion that cannot be read
        champion = registry.champion(variant)
    return case_for(challenger, champion, judged(registry, challenger), Ledger(home.models).search())


def decided(
    home: Settings,
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
    registry = Registry(home.models)
    version = registry.version(variant, name)
    return _told(
        decide(registry, version, action, actor=actor, reason=reason, champion=champion, evidence=evidence)
    )


def rolled_back(
    home: Settings, variant: str, *, actor: str, reason: str, champion: str | None, to: str | None
) -> Decision:
    """Back to an earlier champion."""
    return _told(
        rollback(Registry(home.models), variant, actor=actor, reason=reason, champion=champion, to=to)
    )


def _told(decision: Decision) -> Decision:
    """Leave the news of a new champion to the Hub's outbox."""
    if decision.moved:
        enqueue_champion(decision.variant)
    return decision
