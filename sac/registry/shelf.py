"""Everything that the registry holds of one variant, each version checked."""

from dataclasses import dataclass
from pathlib import Path

from sac.errors import ArtifactError
from sac.registry.store import Registry, Version

__all__ = ["Shelf", "shelf_of"]


@dataclass(frozen=True, eq=False)
class Shelf:
    """The versions of a variant, what of it is damaged, and its champion."""

    variant: str
    folder: Path
    versions: list[Version]  # newest first, only those that passed every check
    damaged: dict[str, str]  # folder name -> what is wrong with it
    current: str | None  # the name that the pointer says
    champion: Version | None
    champion_problem: str | None  # why the pointer leads nowhere


def shelf_of(registry: Registry, variant: str) -> Shelf:
    """The shelf of a variant, with the checksum of every file compared: seconds for many versions."""
    versions, damaged = [], registry.damaged(variant)
    for version in registry.versions(variant):
        try:
            versions.append(registry.version(variant, version.name))
        except ArtifactError as error:
            damaged[version.name] = str(error)
    current, champion, problem = None, None, None
    try:
        current = registry.current(variant)
        champion = registry.version(variant, current) if current else None
    except ArtifactError as error:
        problem = str(error)
    return Shelf(variant, registry.root / variant, versions, damaged, current, champion, problem)
