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
    trained = f"Conviction {percent(version.conviction, 0)}{_because(version)}"
    follow = follow_in(choice)
    if choice is None or follow == "as trained":
        return trained
    return (
        f"Follows {FOLLOWS[follow]}, as {choice.actor} chose on {moment(choice.at)}: "
        f"{choice.reason.rstrip('.')}. As trained: {trained[0].lower()}{trained[1:]}"
    )


def _because(version: Version) -> str:
    judged = version.metadata.production
    always = " by its training's choice" if version.settings.follow == "agents" else ""
    if judged is None:
        return f"{always}: no validation weeks measured its agents."
    return f"{always}: its agents earned {judged.evidence}"
