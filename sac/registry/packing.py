"""A version as the bytes of its files: packed from what a training gave, or brought from another machine."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sac.config import CASH, TrainingSettings
from sac.errors import ArtifactError
from sac.registry import codecs, folder, records, tables
from sac.registry.artifacts import Artifacts, Metadata
from sac.registry.codecs import Unreadable
from sac.registry.names import stored_name
from sac.registry.tensors import outline

__all__ = ["NETWORKS", "STATES", "brought", "packed", "unpack_symbols"]

NETWORKS = ("actor", "critic", "critic_target", "log_alpha")
STATES = ("optimizers", "folds", "forecaster")

_READERS: dict[str, Callable[[bytes], object]] = {  # of what only finds fault with a file
    **{f"{part}.pt": partial(outline, finite=True) for part in NETWORKS},
    **{f"{part}.pt": outline for part in STATES},
    "scaler.pkl": codecs.unpack_scaler,
    "training_log.parquet": tables.unpack_log,
}


def packed(artifacts: Artifacts) -> dict[str, bytes]:
    """Bytes of every file but the manifest. Raises ArtifactError where the artifacts don't fit together."""
    metadata = artifacts.metadata
    packers: dict[str, Callable[[], bytes]] = {
        **{f"{part}.pt": partial(codecs.pack_networks, getattr(artifacts, part)) for part in NETWORKS},
        **{f"{part}.pt": partial(codecs.pack_state, getattr(artifacts, part)) for part in STATES},
        "scaler.pkl": partial(codecs.pack_scaler, artifacts.scaler),
        "config.json": partial(codecs.pack_json, artifacts.settings),
        "symbol_order.json": partial(codecs.pack_json, list(artifacts.symbols)),
        "metadata.json": partial(codecs.pack_json, metadata),
        "evaluation.parquet": partial(tables.pack_evaluation, artifacts.evaluation),
        "agents.parquet": partial(tables.pack_evaluation, artifacts.agents),
        "baselines.parquet": partial(tables.pack_baselines, artifacts.baselines),
        "training_log.parquet": partial(tables.pack_log, artifacts.training_log),
    }
    files = {}
    try:
        file = "symbol_order.json"
        _check_symbols(artifacts.symbols)
        if artifacts.evaluation.symbols != artifacts.symbols:
            raise Unreadable("lists other symbols than evaluation.parquet")
        file = "metadata.json"
        if metadata.version.endswith("-ft") != (metadata.kind == "finetune"):
            raise Unreadable(f"calls {metadata.version} a {metadata.kind} version")
        for file in folder.FILES:
            files[file] = packers[file]()
        file = "its"  # said of a file that the message names
        both = {"eval": artifacts.evaluation, "agents": artifacts.agents}
        records.checked(metadata, artifacts.settings.constraints, both, artifacts.baselines)
    except Unreadable as error:
        raise ArtifactError(f"{metadata.version} was not saved: {file} {error}.") from error
    return files


def brought(variant: str, name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same bytes of a version that was packed elsewhere and came with its manifest, held against it.

    Every file passes the checks of `packed`, and the name must be what settings, stocks and data make it.
    Loads no torch. Raises ArtifactError.
    """
    try:
        file = folder.MANIFEST
        if set(files) != {*folder.FILES, folder.MANIFEST}:
            raise Unreadable("came with other files than a version has")
        sent = codecs.unpack_json(files[file], folder.Manifest)
        kept = {name: files[name] for name in folder.FILES}
        for file, entry in folder.manifest_of(kept).items():
            if sent.get(file) != entry:
                raise Unreadable(f"does not have the checksum that {folder.MANIFEST} gives")
        for file, read in _READERS.items():
            read(kept[file])
        file = "symbol_order.json"
        symbols = unpack_symbols(kept[file])
        file = "config.json"
        settings = codecs.unpack_json(kept[file], TrainingSettings)
        plain: dict[str, Any] = codecs.unpack_json(kept[file], dict)
        file = "metadata.json"
        metadata = codecs.unpack_json(kept[file], Metadata)
        made = stored_name(metadata, symbols, plain)
        if (metadata.variant, metadata.version, made) != (variant, name, name):
            raise Unreadable(f"is that of {metadata.variant}/{metadata.version}, whose settings make {made}")
        weekly = {}
        for prefix, file in records.RECORDS.items():
            weekly[prefix] = tables.unpack_evaluation(kept[file], symbols)
        file = "baselines.parquet"
        fitted = tables.unpack_baselines(kept[file])
        file = "its"  # as above
        records.checked(metadata, settings.constraints, weekly, fitted)
    except Unreadable as error:
        raise ArtifactError(f"{name} was not saved: {file} {error}.") from error
    return kept


def unpack_symbols(data: bytes) -> tuple[str, ...]:
    """The stocks of a version, in the order that its networks know. Raises Unreadable."""
    symbols = codecs.unpack_json(data, tuple[str, ...])
    _check_symbols(symbols)
    return symbols


def _check_symbols(symbols: tuple[str, ...]) -> None:
    if not symbols or not all(symbols) or len(set(symbols)) < len(symbols) or CASH in symbols:
        raise Unreadable("must list every stock once, and no CASH")
