"""Pulls that have to be refused, and the tampering that they are refused for."""

import hashlib
import io
import json

import pytest
import torch

from sac.hub.arrivals import pull
from sac.hub.repository import MAIN, VERSIONS, HubError
from sac.registry import folder
from tests.support.loopback_hub import REPO
from tests.support.small_versions import VARIANT


def assert_nothing_installed(here):
    assert list(here.root.rglob("*")) in ([], [here.root / VARIANT])
    assert here.versions(VARIANT) == []
    assert here.damaged(VARIANT) == {}


def refused(remote, here, reason, name=None):
    with pytest.raises(HubError, match=reason) as refusal:
        pull(remote, here, VARIANT, name)
    assert_nothing_installed(here)
    return refusal.value


def saved_tensors(state):
    """A `.pt` file's bytes."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def retold(version, /, **changes):
    """metadata.json with other fields than a version's; metrics and provenance are changed one by one."""
    told = json.loads((version.path / "metadata.json").read_bytes())
    for name, value in changes.items():
        told[name] = {**told[name], **value} if name in ("metrics", "provenance") and value else value
    return json.dumps(told).encode()


def tampered(server, version, forge=None, repo=REPO, **changes):
    """Put changed files on `main` and under the tag; `forge` lets the manifest vouch for them."""
    repo = server.repositories[repo]
    files = dict(repo.files(MAIN))
    for name, data in changes.items():
        name = name.replace("__", ".")
        if data is None:
            files.pop(name)
        else:
            files[name] = data
    if forge:
        manifest = json.loads(files[folder.MANIFEST])
        for name in forge:
            digest = hashlib.sha256(files[name]).hexdigest()
            manifest[name] = {"sha256": digest, "size": len(files[name])}
        files[folder.MANIFEST] = json.dumps(manifest).encode()
    repo.commit(MAIN, files, "tampered")
    repo.tags[version.name] = repo.commit(VERSIONS, files, "tampered")
