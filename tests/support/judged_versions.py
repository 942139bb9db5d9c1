"""Stored versions whose validation says what a test needs: a true one says what luck gave it."""

import dataclasses
import hashlib
import json

from sac.portfolio import Validation
from sac.registry.codecs import pack_json
from sac.registry.folder import MANIFEST


def judge(version, conviction, follow="conviction", years=()):
    """Make a stored version believed that far, and its training one that follows so.

    years: convictions of the evaluation years' agents, oldest first.
    """
    verdicts = [
        Validation(fold, "2015-01-02", "2017-12-29", 156, 0.031, 2 * believed, believed)
        for fold, believed in (*enumerate(years, 1), (0, conviction))
    ]
    metadata = dataclasses.replace(version.metadata, validations=verdicts)
    settings = dataclasses.replace(version.settings, follow=follow)
    manifest = json.loads((version.path / MANIFEST).read_text())
    for name, value in (("metadata.json", metadata), ("config.json", settings)):
        data = pack_json(value)
        (version.path / name).write_bytes(data)
        manifest[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (version.path / MANIFEST).write_text(json.dumps(manifest))
