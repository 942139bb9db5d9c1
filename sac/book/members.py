"""The champions that a book blends, of now or of a moment."""

from collections.abc import Mapping

from sac.config import VARIANTS
from sac.errors import DeskError
from sac.market.symbols import same_symbols
from sac.promotion import DecisionLog
from sac.promotion.state import champion_of
from sac.registry import Registry, Version

__all__ = ["blendable", "champions_at", "champions_of"]


def champions_of(registry: Registry, champions: tuple[str, ...]) -> dict[str, Version]:
    """The champions of now, by variant.

    Raises DeskError where one is missing or where they cannot be blended, ArtifactError where one cannot be
    read.
    """
    found = {variant: champion_of(registry, variant) for variant in champions}
    missing = [VARIANTS[variant].label for variant, champion in found.items() if champion is None]
    if missing:
        raise DeskError(
            f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} no champion: train first, or "
            "choose another book."
        )
    versions = {variant: champion for variant, champion in found.items() if champion is not None}
    blendable(versions)
    return versions


def champions_at(registry: Registry, champions: tuple[str, ...], at: str) -> dict[str, Version]:
    """The versions that were champions at a moment (ISO text, UTC), by variant; those of now where none was.

    Raises as `champions_of` does.
    """
    log = DecisionLog(registry.root)
    found = {}
    for variant in champions:
        moves = [row for row in log.decisions(variant) if row.moved and row.at <= at]
        if moves:
            found[variant] = registry.version(variant, moves[0].version)
    rest = tuple(variant for variant in champions if variant not in found)
    found |= champions_of(registry, rest) if rest else {}
    versions = {variant: found[variant] for variant in champions}
    blendable(versions)
    return versions


def blendable(versions: Mapping[str, Version]) -> None:
    """Raise DeskError unless a blend of these is within limits that all have, and costs what all pay."""
    (first, one), *others = versions.items()
    for variant, other in others:
        if other.settings.constraints != one.settings.constraints:
            unlike = "costs or limits"
        elif not same_symbols(other.symbols, one.symbols):
            unlike = "stocks"
        else:
            continue
        labels = VARIANTS[first].label, VARIANTS[variant].label
        raise DeskError(
            f"The champions of {labels[0]} and {labels[1]} have other {unlike}: they cannot be blended. "
            "Choose another book, or train them alike."
        )
