"""What champions and the book hold today, and the sentence that says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.formats import UNKNOWN, percent
from app.queries.versions import Shelf
from app.settings import settings
from app.ui.shared.labels import label
from sac.errors import ArtifactError
from sac.promotion.following import follow_of
from sac.registry import Version

__all__ = ["Standing", "holds", "standing_of", "today"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True, eq=False)
class Standing:
    """A champion and how far it follows its agents today."""

    shelf: Shelf
    version: Version
    conviction: float | None  # None where what it follows is not known to this release
    problem: str | None

    @property
    def name(self) -> str:
        return label(self.shelf.variant)


def standing_of(shelf: Shelf) -> Standing | None:
    """The standing of a variant's champion; None where it has none that can be read."""
    version = shelf.champion
    if version is None:
        return None
    try:
        follow = follow_of(settings().registry, shelf.variant, version.name)
    except ArtifactError as error:
        return Standing(shelf, version, None, str(error))
    return Standing(shelf, version, version.followed(follow), None)


def holds(conviction: float | None) -> str:
    """What is held at a conviction, in a cell."""
    if conviction is None:
        return UNKNOWN
    if conviction in (0.0, 1.0):
        return "agents' weights" if conviction else "equal weight"
    return "tilted to agents"


def today(convictions: Mapping[str, float | None]) -> str:
    """What champions, by name, do today at their convictions: a sentence no longer than it must be."""
    groups: dict[str, list[str]] = {}
    for name, conviction in sorted(convictions.items(), key=lambda one: -(one[1] or 0.0)):
        groups.setdefault(_does(conviction), []).append(name)
    if len(groups) == 1 and len(convictions) > 1:
        all_of = "both" if len(convictions) == 2 else f"all {_NUMBERS[len(convictions)]}"
        return f"Today {all_of} champions {_plural(next(iter(groups)))}."
    *first, last = (_clause(does, names) for does, names in groups.items())
    if first and len(groups[(does := list(groups)[-1])]) > 1:
        last = f"the others {_plural(does)}"
    return f"Today {', '.join([*first, last])}."


def _does(conviction: float | None) -> str:
    if conviction is None:
        return "follows what this release does not know"
    if conviction in (0.0, 1.0):
        return "trades its agents' weights" if conviction else "holds equal weight"
    return f"trades at {_between(conviction)} conviction"


def _plural(does: str) -> str:
    verb, rest = does.split(" ", 1)
    return f"{verb.removesuffix('s')} {rest.replace('its ', 'their ')}"


def _clause(does: str, names: Sequence[str]) -> str:
    *others, last = (f"**{name}**" for name in names)
    return f"{', '.join(others)} and {last} {_plural(does)}" if others else f"{last} {does}"


def _between(conviction: float) -> str:
    """Between the two it never reads as one of them, however close it is."""
    return percent(min(max(conviction, 0.01), 0.99), 0).replace(" ", "\u00a0")
