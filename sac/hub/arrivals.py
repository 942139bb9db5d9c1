"""Versions that come from the Hub: fetched by commit, held against every check, then renamed into place.

What comes from outside is data and stays data: exact file names, capped sizes, the manifest's checksums,
and the loaders that build nothing but numbers and text. A version that arrives is a challenger; nothing here
moves a pointer. Its provenance lies beside its folder, whose bytes are those that were sent.
"""

import dataclasses
import os
import re
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sac.errors import ArtifactError
from sac.hub.repository import BESIDE, MAIN, HubError, Remote, Snapshot, client, explained, snapshot
from sac.hub.trial import try_out
from sac.registry import codecs, folder
from sac.registry.artifacts import Metadata
from sac.registry.codecs import Unreadable
from sac.registry.names import check_variant, check_version, stored_name
from sac.registry.origin import Origin, note_origin, origin
from sac.registry.store import Registry, Version
from sac.text import printable

if TYPE_CHECKING:
    from huggingface_hub import HfApi

__all__ = ["Arrival", "Origin", "origin", "pull"]

NAMES = (*folder.FILES, folder.MANIFEST)
FileProgress = Callable[[int, int, str], None]  # of (files done, files, the next one)

_T = TypeVar("_T")

_MOST_BYTES = 1 << 30  # of all files of a version together
_STAGING = ".pull-"
_MARKUP = re.compile(r"[\[\]<>`]|://|\bwww\.|\w@\w|(?<!\d):[\w+-]+:|\$[^$]*\$|&#?\w+;", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, eq=False)
class Arrival:
    """The result of a pull."""

    version: Version
    commit: str
    new: bool  # False: the same bytes were here already


def pull(
    remote: Remote,
    registry: Registry,
    variant: str,
    name: str | None = None,
    progress: FileProgress = lambda done, count, file: None,
) -> Arrival:
    """Fetch a version, or the champion of the repository when none is named; it becomes a challenger.

    The Hub is asked every time and nothing is taken from a cache, so what arrives is what it holds now.
    `progress` may raise Cancelled: nothing is installed then. Raises HubUnavailable, HubError, ArtifactError.
    """
    shelf = registry.root / check_variant(variant)
    wanted = check_version(name) if name else None
    with explained(remote, name or "on main"):
        api = client(remote)
        there = snapshot(api, remote, wanted or MAIN)
    if there is None:
        raise HubError(f"{remote.repo} has no version {wanted or 'on main'}: check the name.")
    _check_listing(remote, there)
    _sweep(registry.root)
    staging = registry.root / f"{_STAGING}{uuid.uuid4().hex}"
    with ExitStack() as ended:
        ended.callback(shutil.rmtree, staging, ignore_errors=True)
        ended.enter_context(folder.claimed(staging))
        downloads = staging / "downloads"
        downloads.mkdir()
        with explained(remote, name or "on main"):
            names = _names(there.files)
            for number, file in enumerate(names):
                progress(number, len(names), file)
                _fetch(api, remote, there, file, downloads, staging / "cache")
        with _said_of(remote, there):
            found = _named(downloads, variant, wanted)
            present = _present(registry, variant, found, downloads)
            if present:
                return Arrival(present, there.commit, new=False)
            version = _checked(staging, variant, found)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        source = Origin(remote.endpoint, remote.repo, there.commit, moment, folder.seal(version.path))
        _install(version.path, shelf / found, source)
    return Arrival(registry.version(variant, found), there.commit, new=True)


@contextmanager
def _said_of(remote: Remote, there: Snapshot) -> Iterator[None]:
    """Say of a repository what the registry says of a folder; its remedy is for local folders only."""
    try:
        yield
    except ArtifactError as error:
        problem = str(error).removesuffix(folder.REMEDY).strip()
        raise HubError(f"{remote.repo} at {there.commit[:8]}: {problem} Nothing was installed.") from error


def _check_listing(remote: Remote, there: Snapshot) -> None:
    """Exactly our files, and none too large, before a byte of them is fetched."""
    where = f"{remote.repo} at {there.commit[:8]}"
    if not _COMMIT.fullmatch(there.commit):
        raise HubError(f"{remote.endpoint} gives {where[:80]}, which is not a valid commit.")
    for name in NAMES:
        if name not in there.files and name not in folder.LATER:
            raise HubError(f"{where}: {name} is missing, so this is not a version. Nothing was installed.")
    for name in sorted(set(there.files) - BESIDE - set(NAMES)):
        raise HubError(f"{where}: {name[:80]} does not belong to a version. Nothing was installed.")
    for name in _names(there.files):
        most = folder.most_bytes(name)
        if there.files[name].size > most:
            raise HubError(f"{where}: {name} is larger than {most >> 20} MiB. Nothing was installed.")
    if sum(there.files[name].size for name in _names(there.files)) > _MOST_BYTES:
        raise HubError(f"{where}: the version is larger than {_MOST_BYTES >> 20} MiB. Nothing was installed.")


def _names(there: Collection[str]) -> list[str]:
    """The files of a version that are there, in their order."""
    return [name for name in NAMES if name in there]


def _fetch(api: "HfApi", remote: Remote, there: Snapshot, file: str, downloads: Path, cache: Path) -> None:
    size = there.files[file].size
    meter: Any = _Meter(file, size)
    path = api.hf_hub_download(
        remote.repo,
        file,
        revision=there.commit,
        local_dir=downloads,
        cache_dir=cache,  # else bytes that an earlier download left on the machine might be taken
        tqdm_class=meter,
    )
    if os.path.getsize(path) != size:
        raise HubError(f"{remote.repo}: {file} arrived with another size than listed. Nothing was installed.")


class _Meter:
    """In place of a progress bar: stops a download that goes on and on after the listed size."""

    def __init__(self, file: str, size: int) -> None:
        self._file, self._most, self._received = file, 3 * size, 0

    def __call__(self, **bar: object) -> "_Meter":
        return self

    def __enter__(self) -> "_Meter":
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def update(self, count: float) -> None:
        """Bytes that arrived. What a cut connection lost, and some servers send again, counts twice."""
        self._received += max(int(count), 0)
        if self._received > self._most:
            raise HubError(f"The Hub sends more of {self._file} than it listed. Nothing was installed.")


def _named(downloads: Path, variant: str, wanted: str | None) -> str:
    """The version's name, as its metadata say and as its settings, stocks and data make it."""
    read = partial(_read, downloads)
    metadata = read("metadata.json", Metadata)
    if metadata.variant != variant:
        raise ArtifactError(f"it holds a version of {metadata.variant[:60]}, not of {variant}.")
    if metadata.version != (wanted or metadata.version):
        raise ArtifactError(f"it holds {metadata.version[:60]}, not {wanted}.")
    try:
        made = stored_name(
            metadata, read("symbol_order.json", list[str]), read("config.json", dict[str, Any])
        )
    except Unreadable as error:
        raise ArtifactError(f"it {error}.") from error
    if metadata.version != made:
        raise ArtifactError(
            f"its settings, stocks and data make {made}, but it is called {metadata.version[:60]}."
        )
    return made


def _read(downloads: Path, file: str, kind: type[_T]) -> _T:
    try:
        return codecs.unpack_json(folder.read_small(downloads / file), kind)
    except Unreadable as error:
        raise ArtifactError(f"{file} {error}.") from error


def _present(registry: Registry, variant: str, name: str, downloads: Path) -> Version | None:
    """The version of that name that is here already. ArtifactError where it has other bytes."""
    if not os.path.lexists(registry.root / variant / name):
        return None
    version = registry.version(variant, name)
    if (version.path / folder.MANIFEST).read_bytes() != folder.read_small(downloads / folder.MANIFEST):
        raise ArtifactError(
            f"this desk has another {name}, with other bytes. It was kept; to take the Hub's instead, delete "
            "its folder first."
        )
    return version


def _checked(staging: Path, variant: str, name: str) -> Version:
    """The version in a registry of its own, after every check of a local load and a week that it decided."""
    path = staging / variant / name
    path.mkdir(parents=True)
    for file in _names(os.listdir(staging / "downloads")):
        os.rename(staging / "downloads" / file, path / file)
    try_out(staging, variant, name)  # first, and elsewhere: nothing large is decoded in this process before
    version = Registry(staging).version(variant, name)
    _check_words(version)
    return version


def _check_words(version: Version) -> None:
    """Pages show a version's words, some as Markdown: a stranger's must hold no links, images or tags."""
    results = [version.evaluation(), *version.baselines()]
    shown = [
        *(dataclasses.asdict(part) for part in (version.metadata, version.settings)),
        *((result.name, *result.symbols) for result in results),
        *version.symbols,
    ]
    for text in _texts(shown):
        markup = _MARKUP.search(text)
        if markup or text != printable(text):
            found = markup[0] if markup else printable(text)[:60]
            raise ArtifactError(f"its texts hold {found!r}, which is markup and no plain text.")


def _texts(value: Any) -> Iterator[str]:
    """Every text of nested values, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _install(staged: Path, final: Path, source: Origin) -> None:
    """Rename a checked folder into place; its note is there before it is."""
    for file in _names(os.listdir(staged)):
        with (staged / file).open("rb") as handle:
            os.fsync(handle.fileno())
    folder.sync(staged)
    final.parent.mkdir(parents=True, exist_ok=True)
    note_origin(final, source)
    try:
        os.rename(staged, final)
    except OSError:
        if not os.path.lexists(final):  # else somebody was faster, and the note tells whether it is the same
            raise
    folder.sync(final.parent)


def _sweep(root: Path) -> None:
    for path in root.glob(f"{_STAGING}*"):
        with suppress(FileNotFoundError):  # another process swept it
            if not folder.in_use(path):
                shutil.rmtree(path, ignore_errors=True)
