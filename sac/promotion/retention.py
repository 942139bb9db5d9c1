"""Which versions may go when the disk fills up, and their removal."""

import shutil

from sac.errors import ArtifactError
from sac.promotion.deciding import deciding
from sac.promotion.state import State, state_of
from sac.registry.store import Registry, Version

__all__ = ["champions", "expendable", "remove"]


def expendable(registry: Registry, variant: str, keep: int) -> list[Version]:
    """Versions that are not among the newest `keep`, were never champion and led to no champion.

    Oldest first. What the ledger and the decisions say of them stays.
    """
    versions = registry.versions(variant)
    parents = {version.name: version.metadata.parent for version in versions}
    needed = champions(state_of(registry, variant))
    for name in tuple(needed):
        ancestor = parents.get(name)
        while ancestor and ancestor not in needed:
            needed.add(ancestor)
            ancestor = parents.get(ancestor)
    return [version for version in versions[keep:] if version.name not in needed][::-1]


def remove(registry: Registry, variant: str, name: str) -> None:
    """Delete a version's folder, readable or not. Raises ArtifactError for one that is, or was, champion."""
    with deciding(registry, variant) as state:  # nobody promotes it meanwhile
        if name in champions(state):
            raise ArtifactError(f"{name} is or was champion: it stays, for a rollback may need it.")
        doomed = registry.retire(variant, name)
    if doomed.is_dir() and not doomed.is_symlink():
        shutil.rmtree(doomed)
    else:
        doomed.unlink()


def champions(state: State) -> set[str]:
    """Every version that is, or was, champion. Raises ArtifactError where nobody can tell."""
    names = (state.checked().champion, *(name for row in state.moves for name in (row.version, row.champion)))
    return {name for name in names if name}
