"""Where a version came from: a note beside the folder of one that was not trained here."""

import os
from dataclasses import dataclass
from pathlib import Path

from sac.errors import ArtifactError
from sac.files import replace_file
from sac.registry import codecs, folder
from sac.registry.codecs import Unreadable
from sac.registry.names import check_variant, check_version
from sac.registry.store import Registry

__all__ = ["Origin", "note_origin", "origin"]


@dataclass(frozen=True)
class Origin:
    """Where a version came from."""

    endpoint: str
    repo: str
    commit: str
    pulled_at: str  # UTC
    manifest: str  # sha256 of the version's manifest: another version of that name came from elsewhere


def origin(registry: Registry, variant: str, name: str) -> Origin | None:
    """Where a version was pulled from; None for one that was trained here. ArtifactError where unreadable."""
    path = registry.root / check_variant(variant) / check_version(name)
    note = _note(path)
    if not (os.path.lexists(note) and os.path.lexists(path)):
        return None
    try:
        source = codecs.unpack_json(folder.read_small(note), Origin)
        return source if source.manifest == folder.seal(path) else None
    except Unreadable as error:
        raise ArtifactError(
            f"{note.name} {error}. Delete it and the version, and pull that again."
        ) from error


def note_origin(path: Path, source: Origin) -> None:
    """Write the note of the version that is, or will be, that folder."""
    replace_file(_note(path), codecs.pack_json(source))


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.origin.json")
