"""Fitted forecasters on disk, one file per content key."""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from sac.files import replace_file

__all__ = ["load", "store"]

_DIGEST = 64  # hex characters at the file's end; torch's reader finds its archive in front of them


def load(path: Path) -> dict[str, Any] | None:
    """The state stored at path, or None where there is none, it cannot be read, or a byte of it changed."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    body, digest = content[:-_DIGEST], content[-_DIGEST:]
    if hashlib.sha256(body).hexdigest().encode() != digest:  # torch itself loads flipped bits without a word
        return None
    state: dict[str, Any] = torch.load(io.BytesIO(body), weights_only=True)
    return state


def store(path: Path, state: dict[str, Any]) -> None:
    """Write a state of tensors and builtins; a reader sees the whole file or none."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    body = buffer.getvalue()
    replace_file(path, body + hashlib.sha256(body).hexdigest().encode())
