"""How far a version's weights follow its agents, and why, in one line."""

from app.formats import moment, percent
from sac.promotion import Decision
from sac.promotion.following import FOLLOWS, follow_in
from sac.registry import Version

__all__ = ["conviction_line"]


def conviction_line(version: Version, choice: Decision | None) -> str:
    """Its conviction with the evidence for it, and who chose otherwise, when and why.

    choice: the newest decision on what it follows (`sac.promotion.following.last_choice`).
    """
    trained = _trained(version)
    follow = follow_in(choice)
    if choice is None or follow == "as trained":
        return trained
    return (
        f"Follows {FOLLOWS[follow]}, as {choice.actor} chose on {moment(choice.at)}: "
        f"{choice.reason.rstrip('.')}. As trained: {trained[0].lower()}{trained[1:]}"
    )


def _trained(version: Version) -> str:
    """What it was trained to follow, and how far its agents are to be believed."""
    judged = version.metadata.production
    if judged is None:
        return "Conviction 100 %: no validation weeks measured its agents."
    evidence = f"Conviction {percent(judged.conviction, 0)}: its agents earned {judged.evidence}"
    asked = "Follows its agents, as its training asked. " if version.settings.follow == "agents" else ""
    return asked + evidence
