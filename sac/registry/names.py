"""Names of variants and versions; nothing else becomes part of a path."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Literal

from sac.config import ENGINE_VERSION, TrainingSettings
from sac.errors import ArtifactError, SettingsError
from sac.registry.codecs import Unreadable, canonical

__all__ = ["check_variant", "check_version", "is_version", "version_name"]

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
    determinants = {
        "engine": ENGINE_VERSION,
        "variant": check_variant(variant),
        "kind": kind,
        "parent": parent,
        "fingerprint": fingerprint,
        "symbols": list(symbols),  # in order: a network knows its stocks by position
        "settings": plain,
    }
    text = json.dumps(determinants, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digits = hashlib.sha256(text.encode()).hexdigest()[:12]
    return check_version(f"v{last_decision}-{digits}{'-ft' if kind == 'finetune' else ''}")


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
