"""Which portfolio is ours and why, in one line, and what its champions put into it."""

from app.decisions.following import conviction_line
from app.formats import moment, percent
from app.settings import Settings
from sac.book import BookDecider, Decider, last_choice, subject_label
from sac.promotion.following import last_choice as last_follow

__all__ = ["book_line", "decider_line", "parts_line"]


def book_line(root: Settings, decider: BookDecider) -> str:
    """What the book is, who chose it, when and why."""
    choice = last_choice(root.registry)
    chosen = (
        f", as {choice.actor} chose on {moment(choice.at)}: {choice.reason.rstrip('.')}" if choice else ""
    )
    return f"The book is {decider.book.words}{chosen}."


def parts_line(decider: BookDecider) -> str:
    """Share and conviction of each champion: "SAC + LSTM 50 % (conviction 5 %), ..."."""
    parts = [
        f"{subject_label(name)} {percent(share, 0)} (conviction {percent(decider.convictions[name], 0)})"
        for name, share in decider.shares.items()
    ]
    return f"{', '.join(parts)}."


def decider_line(root: Settings, decider: Decider) -> str:
    """Why its target is what it is: of a champion its conviction, of the book its parts too."""
    if isinstance(decider, BookDecider):
        return f"{book_line(root, decider)} {parts_line(decider)}"
    version = decider.version
    return conviction_line(version, last_follow(root.registry, version.variant, version.name))
