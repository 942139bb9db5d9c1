"""What a `.pt` file holds, read without torch: for a process that takes a version in and computes nothing."""

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.registry.codecs import Unreadable

__all__ = ["outline"]

_NUMBERS = {  # torch's storages -> numpy's types
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


def outline(data: bytes, finite: bool = False) -> dict[Any, Any]:
    """The nested dict that `pack_state` packed, its tensors as arrays.

    finite: it must be named tensors, as `pack_networks` packs them, every number finite. Raises Unreadable.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > len(data):
                raise Unreadable("is compressed, as torch never saves it")
            state = _Reader(archive).load()
    except Unreadable:
        raise
    except Exception as error:  # pickle and zip raise whatever their parts do
        raise Unreadable("cannot be read") from error
    if not isinstance(state, dict):
        raise Unreadable("holds no dict of tensors")
    if finite:
        for name, array in state.items():
            if not (isinstance(name, str) and isinstance(array, np.ndarray)):
                raise Unreadable("holds something else than named tensors")
            if not np.isfinite(array).all():
                raise Unreadable(f"holds a number in {name} that is not finite")
    return state


class _Reader(pickle.Unpickler):
    """Builds dicts, lists, numbers, text and whole contiguous tensors; knows no other class or function."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        (pickled,) = (name for name in archive.namelist() if PurePosixPath(name).name == "data.pkl")
        super().__init__(io.BytesIO(archive.read(pickled)))
        self._archive, self._root = archive, PurePosixPath(pickled).parent

    def find_class(self, module: str, name: str) -> Any:
        """What the few names stand for that torch writes."""
        known: dict[tuple[str, str], Any] = {
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("collections", "OrderedDict"): OrderedDict,
            **{("torch", storage): kind for storage, kind in _NUMBERS.items()},
        }
        if (module, name) not in known:
            raise Unreadable(f"names {module}.{name}, which no tensor needs")
        return known[module, name]

    def persistent_load(self, found: Any) -> npt.NDArray[Any]:
        """The numbers of a storage: ("storage", kind, key, device, how many)."""
        _, kind, key, _, count = found
        numbers = np.frombuffer(self._archive.read(str(self._root / "data" / str(key))), kind)
        if len(numbers) != count:
            raise Unreadable("holds a tensor of other numbers than the file has")
        return numbers


def _tensor(
    storage: npt.NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *rest: object
) -> npt.NDArray[Any]:
    if offset or math.prod(size) != len(storage) or tuple(stride) != tuple(_contiguous(size)):
        raise Unreadable("holds a tensor that is a part of another")
    return storage.reshape(size)


def _contiguous(size: tuple[int, ...]) -> Iterator[int]:
    """The stride of whole tensors: how many numbers lie from one index to the next."""
    return (math.prod(size[axis + 1 :]) for axis in range(len(size)))
