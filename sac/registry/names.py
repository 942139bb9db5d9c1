"""Names of variants and versions; nothing else becomes part of a path."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sac.config import ENGINE_VERSION, TrainingSettings
from sac.errors import ArtifactError, SettingsError
from sac.registry.artifacts import Metadata
from sac.registry.codecs import Unreadable, canonical

__all__ = ["check_variant", "check_version", "is_version", "stored_name", "version_name"]

_VARIANT = re.compile(r"[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15}){0,3}")
_VERSION = re.compile(r"v[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}(-ft)?")


def version_name(
    last_decision: str,
    *,
    fingerprint: str,
    symbols: Sequence[str],
    settings: TrainingSettings,
    variant: str,
    kind: Literal["full", "finetune"] = "full",
    parent: str | None = None,
) -> str:
    """Name of the version that this training yields: "v2022-12-23-" and 12 hex digits, "-ft" if fine-tuned.

    The digits cover everything that determines the result, so the same question has the same name.
    Raises SettingsError where a setting is not of its type.
    """
    if (kind == "finetune") != (parent is not None):
        raise ValueError("a fine-tuned version has a parent, and only that one")
    try:
        plain = canonical(settings)
    except Unreadable as error:
        raise SettingsError(f"The settings: {error}.") from error
    return _name(
        last_decision,
        {
            "engine": ENGINE_VERSION,
            "variant": check_variant(variant),
            "kind": kind,
            "parent": parent,
            "fingerprint": fingerprint,
            "symbols": list(symbols),  # in order: a network knows its stocks by position
            "settings": plain,
        },
    )


def stored_name(metadata: Metadata, symbols: Sequence[str], settings: Mapping[str, Any]) -> str:
    """The name that a stored version has by what it says of itself, made by whatever engine.

    settings: as config.json has them, for an earlier engine knew fewer. Raises Unreadable, to be said after
    the version, where no training can have given it.
    """
    if (metadata.kind == "finetune") != (metadata.parent is not None):
        raise Unreadable("is fine-tuned without a parent, or has one and is not")
    try:
        return _name(
            metadata.last_decision,
            {
                "engine": metadata.engine_version,
                "variant": metadata.variant,
                "kind": metadata.kind,
                "parent": metadata.parent,
                "fingerprint": metadata.provenance.sha256,
                "symbols": list(symbols),
                "settings": settings,
            },
        )
    except ValueError as error:  # a number that is none
        raise Unreadable("has settings that are no numbers") from error


def _name(last_decision: str, determinants: Mapping[str, Any]) -> str:
    text = json.dumps(determinants, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digits = hashlib.sha256(text.encode()).hexdigest()[:12]
    tuned = "-ft" if determinants["kind"] == "finetune" else ""
    return check_version(f"v{last_decision}-{digits}{tuned}")


def is_version(name: str) -> bool:
    """Whether a folder of that name can be a version."""
    return _VERSION.fullmatch(name) is not None


def check_variant(variant: str) -> str:
    """The variant's name, if it can be one; ArtifactError otherwise."""
    if not _VARIANT.fullmatch(variant):
        raise ArtifactError(f"{variant[:60]!r} is not a valid variant name; one looks like sac_lstm.")
    return variant


def check_version(name: str) -> str:
    """The version's name, if it can be one; ArtifactError otherwise."""
    if not is_version(name):
        raise ArtifactError(
            f"{name[:60]!r} is not a valid version name; one looks like v2022-12-23-0123456789ab."
        )
    return name
