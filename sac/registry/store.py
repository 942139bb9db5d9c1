"""The shelf of versions: immutable folders, and one pointer per variant to its champion."""

import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from sac.config import AGEING_WEEKS, SERVICE_WEEKS, FollowChoice, TrainingSettings
from sac.errors import ArtifactError
from sac.files import explained
from sac.portfolio import Backtest
from sac.registry import codecs, folder, records, tables
from sac.registry.artifacts import Artifacts, Metadata
from sac.registry.codecs import Unreadable
from sac.registry.names import check_variant, check_version, is_version
from sac.registry.packing import NETWORKS, STATES, packed, unpack_symbols

__all__ = ["Registry", "Version"]

Part = Literal["actor", "critic", "critic_target", "log_alpha", "optimizers", "folds", "forecaster"]

_POINTER = "current"
_STAGING, _NEXT_POINTER = ".staging-", ".current-"

# What was read of versions whose records and metadata agree, by their files' checksums.
_AGREED: dict[frozenset[tuple[str, str]], Metadata] = {}


@dataclass(frozen=True, eq=False)
class Version:
    """One immutable folder. Every read compares the file's checksum; ArtifactError names the file."""

    path: Path
    manifest: folder.Manifest
    metadata: Metadata
    settings: TrainingSettings
    symbols: tuple[str, ...]

    @property
    def name(self) -> str:
        """The folder's name: "v2022-12-23-0123456789ab"."""
        return self.path.name

    @property
    def variant(self) -> str:
        """The line of models that it belongs to."""
        return self.path.parent.name

    @property
    def size(self) -> int:
        """Bytes on the disk, without the manifest's own."""
        return sum(entry.size for entry in self.manifest.values())

    @property
    def seal(self) -> str:
        """What tells it from every other version: its manifest's SHA-256. Raises ArtifactError."""
        try:
            return folder.seal(self.path)
        except Unreadable as error:
            raise folder.refusal(self.path, f"{folder.MANIFEST} {error}") from error

    def files(self) -> dict[str, bytes]:
        """The bytes of every file, the manifest's among them: what another machine needs of it."""
        read = {name: folder.read(self.path, self.manifest, name, bytes) for name in self.manifest}
        return {**read, folder.MANIFEST: (self.path / folder.MANIFEST).read_bytes()}

    def evaluation(self) -> Backtest:
        """Its walk-forward evaluation as traded, week by week, with its members."""
        return self.stored_record(records.RECORDS["eval"])

    def stored_record(self, file: str) -> Backtest:
        """A weekly record of its symbols."""
        unpack = partial(tables.unpack_evaluation, symbols=self.symbols)
        return folder.read(self.path, self.manifest, file, unpack)

    def agents(self) -> Backtest | None:
        """The same weeks followed without reserve; None where an engine up to 3 did not store them."""
        if "agents.parquet" in self.manifest:
            return self.stored_record("agents.parquet")
        return self.evaluation() if self.follows_agents else None

    @property
    def expiry(self) -> np.datetime64:
        """The first day on which its agents are too old to decide."""
        return np.datetime64(self.metadata.last_decision) + np.timedelta64(7 * SERVICE_WEEKS, "D")

    def ageing(self, decision: np.datetime64) -> str | None:
        """What to know of agents that are about to expire at a decision; None while they are young."""
        age = int((decision - np.datetime64(self.metadata.last_decision)) / np.timedelta64(7, "D"))
        if age < AGEING_WEEKS:
            return None
        return f"Its agents last learned {age} weeks ago and expire on {self.expiry}: train again soon."

    @property
    def conviction(self) -> float:
        """How far its weights of today go from equal weight (0) to its agents' own (1)."""
        validation = self.metadata.production
        return 1.0 if self.settings.follow == "agents" or validation is None else validation.conviction

    def conviction_of(self, fold: int) -> float:
        """The same of the committee of an evaluation year, by its number; measured before it began."""
        judged = {one.fold: one.conviction for one in self.metadata.validations}
        return 1.0 if self.settings.follow == "agents" else judged.get(fold, 1.0)

    def followed(self, choice: FollowChoice) -> float:
        """The same where a person may have chosen otherwise."""
        return {"as trained": self.conviction, "agents": 1.0, "equal weight": 0.0}[choice]

    @property
    def follows_agents(self) -> bool:
        """Whether the record as traded is the agents' own: every committee was followed without reserve."""
        judged = self.metadata.validations[:-1] if self.settings.follow == "conviction" else []
        return all(validation.conviction == 1.0 for validation in judged)

    def baselines(self) -> list[Backtest]:
        """Baselines on the evaluation's weeks that were fitted at the training: risk-based ones, an index."""
        return folder.read(self.path, self.manifest, "baselines.parquet", tables.unpack_baselines)

    def training_log(self) -> pd.DataFrame:
        """One row per logged update and agent."""
        return folder.read(self.path, self.manifest, "training_log.parquet", tables.unpack_log)

    def tensors(self, part: Part) -> dict[str, Any]:
        """The tensors of one `.pt` file, on the CPU; the first use in a process loads torch."""
        if part not in NETWORKS + STATES:
            raise ValueError(f"a version has no tensors called {part!r}")
        unpack = codecs.unpack_networks if part in NETWORKS else codecs.unpack_state
        return folder.read(self.path, self.manifest, f"{part}.pt", unpack)

    def scaler(self) -> dict[str, Any]:
        """features (8 names), mean and scale (8 floats each) of the production fit."""
        return folder.read(self.path, self.manifest, "scaler.pkl", codecs.unpack_scaler)


class Registry:
    """All versions under one root, `{variant}/{version}/`, with `{variant}/current` beside them."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()

    def save(self, artifacts: Artifacts) -> Version:
        """Write a version, whole or not at all. One of that name that exists already is returned unchanged.

        Raises ArtifactError where the artifacts don't fit together, or the existing version is damaged, and
        StorageError.
        """
        record = artifacts.metadata
        return self.publish(record.variant, record.version, partial(packed, artifacts))

    def publish(self, variant: str, name: str, pack: Callable[[], Mapping[str, bytes]]) -> Version:
        """Write the files of a version, packed and checked by `pack`, and read it back. Raises as `save`."""
        final = self._path(variant, name)
        if not os.path.lexists(final):
            with explained(final):
                _publish(pack(), final)
        return self.version(variant, name)

    def version(self, variant: str, name: str) -> Version:
        """That version, every file's checksum compared."""
        path = self._path(variant, name)
        if not os.path.lexists(path):
            raise ArtifactError(f"There is no version {name} of {variant}.")
        found, stamp = _open(path)
        folder.verify(path, found.manifest, stamp)
        return found

    def versions(self, variant: str) -> list[Version]:
        """Every readable version, newest first; cheap, for a record is only read once a process."""
        found = [v for v in self._look(variant).values() if isinstance(v, Version)]
        return sorted(found, key=lambda v: (v.metadata.created_at, v.name), reverse=True)

    def damaged(self, variant: str) -> dict[str, str]:
        """Folders that are no readable version, each with what is wrong with it."""
        return {name: str(v) for name, v in self._look(variant).items() if isinstance(v, ArtifactError)}

    def current(self, variant: str) -> str | None:
        """Name of the champion, as the pointer says; None before the first promotion."""
        pointer = self.root / check_variant(variant) / _POINTER
        if not os.path.lexists(pointer):
            return None
        try:
            name = folder.read_small(pointer).decode("ascii", "replace").strip()
        except Unreadable as error:
            raise ArtifactError(f"{variant}/{_POINTER} {error}. Promote a version again.") from error
        if not is_version(name):
            raise ArtifactError(f"{variant}/{_POINTER} does not name a version. Promote a version again.")
        return name

    def champion(self, variant: str) -> Version | None:
        """The version that the pointer names, every file's checksum compared."""
        name = self.current(variant)
        return self.version(variant, name) if name else None

    def set_current(self, variant: str, name: str) -> None:
        """Make that version the champion, after every file's checksum was compared."""
        self.point_to(self.version(variant, name))

    def point_to(self, version: Version) -> None:
        """Make a version the champion that `version` has just read: its files are not compared again."""
        shelf, name = version.path.parent, version.name
        pointer = shelf / f"{_NEXT_POINTER}{uuid.uuid4().hex}"
        with explained(shelf / _POINTER):
            try:
                folder.write(pointer, f"{name}\n".encode())
                os.replace(pointer, shelf / _POINTER)  # a reader sees the old name or the new one
            finally:
                pointer.unlink(missing_ok=True)
            folder.sync(shelf)

    def retire(self, variant: str, name: str) -> Path:
        """Take a version off the shelf at once, readable or not; returns the folder that is left to delete.

        Should nobody delete it, a later `save` sweeps it away. Raises ArtifactError where there is none.
        """
        path = self._path(variant, name)
        doomed = path.parent / f"{_STAGING}{uuid.uuid4().hex}"
        try:
            os.rename(path, doomed)
        except FileNotFoundError:
            raise ArtifactError(f"There is no version {name} of {variant}.") from None
        folder.sync(path.parent)
        return doomed

    def _path(self, variant: str, name: str) -> Path:
        return self.root / check_variant(variant) / check_version(name)

    def _look(self, variant: str) -> dict[str, Version | ArtifactError]:
        shelf = self.root / check_variant(variant)
        found: dict[str, Version | ArtifactError] = {}
        for path in shelf.iterdir() if shelf.is_dir() else ():
            if path.name.startswith(".") or (path.is_file() and not is_version(path.name)):
                continue  # a writer at work, the pointer, a note that somebody left
            try:
                found[path.name] = _open(path)[0]
            except ArtifactError as error:
                if os.path.lexists(path):  # else it was deleted under our eyes
                    found[path.name] = error
        return found


def _open(path: Path) -> tuple[Version, folder.Stamp]:
    """A version by its small files; the large ones were only looked at."""
    if not is_version(path.name):
        raise folder.refusal(path, "it is not named like a version")
    manifest, stamp = folder.inspect(path)
    read = partial(folder.read, path, manifest)
    metadata = read("metadata.json", partial(codecs.unpack_json, kind=Metadata))
    if (metadata.variant, metadata.version) != (path.parent.name, path.name):
        raise folder.refusal(path, f"metadata.json is that of {metadata.variant}/{metadata.version}")
    version = Version(
        path=path,
        manifest=manifest,
        metadata=metadata,
        settings=read("config.json", partial(codecs.unpack_json, kind=TrainingSettings)),
        symbols=read("symbol_order.json", unpack_symbols),
    )
    return replace(version, metadata=_agreed(version)), stamp


def _agreed(version: Version) -> Metadata:
    """The metadata with the figures of the weekly records. ArtifactError where they contradict each other."""
    key = frozenset((name, entry.sha256) for name, entry in version.manifest.items())
    if key not in _AGREED:
        found = {
            p: version.stored_record(file) for p, file in records.RECORDS.items() if file in version.manifest
        }
        rules, fitted = version.settings.constraints, version.baselines()
        try:
            _AGREED[key] = records.checked(version.metadata, rules, found, fitted)
        except Unreadable as error:
            raise folder.refusal(version.path, str(error)) from error
    return _AGREED[key]


def _publish(files: Mapping[str, bytes], final: Path) -> None:
    """Stage the files beside their place and rename them into it; whichever process is faster wins."""
    shelf = final.parent
    shelf.mkdir(parents=True, exist_ok=True)
    folder.sync(shelf.parent)
    _sweep(shelf)
    staging = shelf / f"{_STAGING}{uuid.uuid4().hex}"
    try:
        with folder.claimed(staging):
            folder.write_folder(staging, files)
            os.rename(staging, final)
    except OSError:
        if not os.path.lexists(final):
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)  # gone already when the rename succeeded
    folder.sync(shelf)


def _sweep(shelf: Path) -> None:
    for path in shelf.iterdir():
        if not path.name.startswith((_STAGING, _NEXT_POINTER)):
            continue
        with suppress(FileNotFoundError):  # another process swept it
            if folder.in_use(path):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
