"""Fitted forecasters on disk, one file per content key."""

import io
from pathlib import Path
from typing import Any

import torch

from sac.files import keep_sealed, read_sealed

__all__ = ["load", "store"]


def load(path: Path) -> dict[str, Any] | None:
    """The state stored at path, or None where there is none, it cannot be read, or a byte of it changed."""
    content = read_sealed(path)  # torch itself loads flipped bits without a word
    if content is None:
        return None
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state


def store(path: Path, state: dict[str, Any]) -> None:
    """Write a state of tensors and builtins; a reader sees the whole file or none."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    keep_sealed(path, buffer.getvalue())
