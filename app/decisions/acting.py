"""Decisions on champions as pages and commands make them: with the evidence that there is today."""

import logging

from app.decisions.forward import forward_of
from app.hub.outbox import enqueue_champion
from app.settings import Settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.promotion import SealedDecision, deciding
from sac.promotion.deciding import Verdict, decide, rollback

__all__ = ["decided", "finish_moves", "rolled_back"]


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
) -> SealedDecision:
    """Approve, override or reject, with the champion and the evidence that the person saw."""
    registry = root.registry
    version = registry.version(variant, name)
    return _announced(
        decide(
            registry,
            version,
            action,
            actor=actor,
            reason=reason,
            champion=champion,
            evidence=evidence,
            forward=forward_of(root),
        )
    )


def rolled_back(
    root: Settings, variant: str, *, actor: str, reason: str, champion: str | None, to: str | None
) -> SealedDecision:
    """Back to a former champion."""
    decision = rollback(
        root.registry,
        variant,
        actor=actor,
        reason=reason,
        champion=champion,
        to=to,
        forward=forward_of(root),
    )
    return _announced(decision)


def finish_moves(root: Settings) -> None:
    """Let champions follow decisions whose process died before they could; for the start of a process.

    Trouble is logged and not raised: readers count such a decision as done, and the next one finishes it.
    """
    try:
        deciding.finish_moves(root.registry, VARIANTS)
    except (DeskError, OSError) as trouble:
        logging.getLogger(__name__).warning("A decision that was cut off could not be finished: %s", trouble)


def _announced(decision: SealedDecision) -> SealedDecision:
    """Leave the news of a new champion to the Hub's outbox."""
    if decision.moved:
        enqueue_champion(decision.variant)
    return decision
