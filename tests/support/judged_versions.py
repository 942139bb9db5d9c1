"""Stored versions whose validation says what a test needs: a true one says what luck gave it."""

import dataclasses
import hashlib
import json

from sac.portfolio import Validation
from sac.registry.codecs import pack_json
from sac.registry.folder import MANIFEST


def judge(version, conviction, follow="conviction"):
    """Make a stored version believed that far, and its training one that follows so."""
    verdict = Validation(0, "2015-01-02", "2017-12-29", 156, 0.031, 2 * conviction, conviction)
    metadata = dataclasses.replace(version.metadata, validations=[verdict])
    settings = dataclasses.replace(version.settings, follow=follow)
    manifest = json.loads((version.path / MANIFEST).read_text())
    for name, value in (("metadata.json", metadata), ("config.json", settings)):
        data = pack_json(value)
        (version.path / name).write_bytes(data)
        manifest[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (version.path / MANIFEST).write_text(json.dumps(manifest))
