"""Everything that is stored of one variant, each version checked."""

from dataclasses import dataclass
from pathlib import Path

from sac.errors import ArtifactError
from sac.promotion.state import champion_name
from sac.registry import Registry, Version

__all__ = ["Shelf", "named_champion", "shelf_of"]


@dataclass(frozen=True, eq=False)
class Shelf:
    """The versions of a variant, what of it is damaged, and its champion."""

    variant: str
    folder: Path
    versions: list[Version]  # newest first, only those that passed every check
    damaged: dict[str, str]  # folder name -> what is wrong with it
    current: str | None  # the champion's name, also where it cannot be read
    champion: Version | None
    champion_problem: str | None  # why the champion cannot be read


def named_champion(registry: Registry, variant: str) -> tuple[str | None, str | None]:
    """The champion's name, or why the pointer cannot be read."""
    try:
        return champion_name(registry, variant), None
    except ArtifactError as error:
        return None, str(error)


def shelf_of(registry: Registry, variant: str, current: str | None, problem: str | None) -> Shelf:
    """The shelf of a variant, with the checksum of every file compared: seconds for many versions.

    current, problem: what `named_champion` answers; whoever caches a shelf caches it by them.
    """
    versions, damaged = [], registry.damaged(variant)
    for version in registry.versions(variant):
        try:
            versions.append(registry.version(variant, version.name))
        except ArtifactError as error:
            damaged[version.name] = str(error)
    champion = None
    try:
        champion = registry.version(variant, current) if current else None
    except ArtifactError as error:
        problem = str(error)
    return Shelf(variant, registry.root / variant, versions, damaged, current, champion, problem)
