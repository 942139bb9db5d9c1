"""How far champions are followed: as they were trained, or as a person chose."""

import math
from collections.abc import Mapping
from typing import cast

from sac.config import FollowChoice
from sac.errors import ArtifactError, DeskError, SettingsError
from sac.promotion.deciding import DecisionConflict, deciding, refuse_stale_view
from sac.promotion.decision_log import Decision, DecisionLog, SealedDecision
from sac.promotion.gate import Gate
from sac.registry.store import Registry

__all__ = ["FOLLOWS", "choose_follow", "follow_in", "follow_of", "last_choice"]

FOLLOWS: Mapping[FollowChoice, str] = {  # in a sentence: "follows its agents"
    "as trained": "its training",
    "agents": "its agents",
    "equal weight": "equal weight",
}


def follow_of(registry: Registry, variant: str, version: str) -> FollowChoice:
    """What the newest decision on a version's following says; "as trained" without one.

    Raises ArtifactError for a choice that this release does not know.
    """
    return follow_in(last_choice(registry, variant, version))


def last_choice(registry: Registry, variant: str, version: str) -> Decision | None:
    """The newest decision on a version's following: who chose, when and why."""
    return DecisionLog(registry.root).last_follow(variant, version)


def follow_in(choice: Decision | None) -> FollowChoice:
    """What a decision on following chose. Raises as `follow_of` does."""
    if choice is None:
        return "as trained"
    if choice.verdict not in FOLLOWS:
        raise ArtifactError(
            f"Decision {choice.seq} lets {choice.version} follow {choice.verdict!r}, which this release does "
            "not know: choose again what it follows."
        )
    return cast("FollowChoice", choice.verdict)


def choose_follow(
    registry: Registry,
    variant: str,
    choice: FollowChoice,
    *,
    actor: str,
    reason: str,
    champion: str | None,
) -> SealedDecision:
    """Let a variant's champion follow its agents, equal weight, or its training. Nobody is promoted.

    champion: the one that the person saw. Raises DecisionConflict where another version is champion by now
    or follows that already, DeskError where there is none or the reason is empty, SettingsError for an
    unknown choice, ArtifactError where the champion cannot be read.
    """
    if choice not in FOLLOWS:
        raise SettingsError(f"follow is {choice!r}: choose one of {', '.join(FOLLOWS)}.", "follow")
    with deciding(registry, variant) as state:
        refuse_stale_view(state.checked(), champion)
        if champion is None:
            raise DeskError(f"{variant} has no champion yet: there is nothing to follow.")
        name = registry.version(variant, champion).name  # no decision for what cannot be read
        log = DecisionLog(registry.root)
        before = log.last_follow(variant, name)
        if choice == (before.verdict if before else "as trained"):
            raise DecisionConflict(f"{name} follows {FOLLOWS[choice]} already.")
        return log.append(
            "follow",
            variant,
            name,
            actor=actor,
            champion=name,
            gate=Gate(False, math.nan, None, choice),  # nothing was compared
            reason=reason,
            evidence="",
        )
