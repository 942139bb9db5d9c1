"""Bytes of a version's files: packed from values, and unpacked without trusting them.

Every `unpack_` raises Unreadable with the end of a sentence that begins with the file's name.
"""

import dataclasses
import io
import math
import pickle
import pickletools
import zipfile
from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from sac.config import SIGNALS
from sac.errors import DeskError
from sac.text import misfit

if TYPE_CHECKING:
    import torch

__all__ = [
    "SCALER_FEATURES",
    "Unreadable",
    "canonical",
    "pack_json",
    "pack_networks",
    "pack_scaler",
    "pack_state",
    "unpack_json",
    "unpack_networks",
    "unpack_scaler",
    "unpack_state",
]

_SCALER_FIGURES = ("mean", "scale", "low", "high")
SCALER_FEATURES = (*SIGNALS, "forecast")

_T = TypeVar("_T")

# All that a plain dict of lists of text and floats needs. None of them names a class, and none
# reserves memory that the file does not fill (LONG_BINPUT's index would).
_OPCODES = frozenset(
    [
        *("PROTO", "FRAME", "MARK", "STOP", "EMPTY_DICT", "EMPTY_LIST", "SETITEM", "SETITEMS", "APPEND"),
        *("APPENDS", "SHORT_BINUNICODE", "BINUNICODE", "BINFLOAT", "MEMOIZE", "BINGET"),
    ]
)


class Unreadable(ValueError):  # noqa: N818 - said as "actor.pt is unreadable"
    """What is wrong with a file, to be said after its name."""


# --- JSON


@lru_cache(maxsize=32)
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    # Wrapped in a tuple because pydantic takes no config for a plain dataclass. Unknown fields are
    # refused: a newer engine's setting must not be dropped in silence. Aliases are the names on disk.
    return TypeAdapter(tuple[kind], config=ConfigDict(extra="forbid", validate_by_name=True))  # type: ignore[valid-type]


def canonical(value: Any) -> Any:
    """A dataclass as JSON values, each of its declared type: 5 given for a float is 5.0.

    Raises Unreadable where a field holds something else.
    """
    typed = _validated(type(value), dataclasses.asdict(value))
    kind: Any = type(value)  # mypy takes no class for Hashable
    (plain,) = _adapter(kind).dump_python(typed, by_alias=True)
    return from_json(to_json(plain, inf_nan_mode="strings"))


def pack_json(value: Any) -> bytes:
    """JSON of a dataclass or of builtins; a figure that is not a number becomes the text "NaN".

    A dataclass gives the same bytes however its numbers were written. Raises Unreadable as `canonical`.
    """
    plain = canonical(value) if dataclasses.is_dataclass(type(value)) else value
    return to_json(plain, indent=2, inf_nan_mode="strings") + b"\n"


def unpack_json(data: bytes, kind: type[_T]) -> _T:
    """A value of that type, its fields checked one by one."""
    try:
        raw = from_json(data)
    except ValueError as error:
        raise Unreadable(f"is not valid JSON ({error})") from error
    (value,) = _validated(kind, raw)
    return value


def _validated(kind: type[_T], raw: Any) -> tuple[_T]:
    try:
        return _adapter(kind).validate_python((raw,))  # type: ignore[no-any-return, arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][1:])) or "its content"
        raise Unreadable(f"does not fit this program at {where}: {misfit(first)}") from error
    except DeskError as error:  # a setting outside its range
        raise Unreadable(f"does not fit this program: {error}") from error


# --- tensors


def pack_state(state: Any) -> bytes:
    """Nested dicts and lists of tensors and builtins, as `torch.load(weights_only=True)` reads them."""
    import torch

    buffer = io.BytesIO()
    torch.save(_detached(state), buffer)
    return buffer.getvalue()


def unpack_state(data: bytes) -> dict[Any, Any]:
    """The dict that was packed, on the CPU; no class but torch's own tensors is ever built."""
    import torch

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > len(data):
            raise Unreadable("is compressed, as torch never saves it")  # it could fill the memory
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Unreadable:
        raise
    except Exception as error:  # torch answers foreign bytes with whatever its parts raise
        raise Unreadable("cannot be loaded safely") from error
    if not isinstance(state, dict):
        raise Unreadable("holds no dict of tensors")
    _check_tensors(state, len(data))
    return state


def _check_tensors(state: dict[Any, Any], size: int) -> None:
    """Refuse tensors that claim more numbers than the file holds: the first sum would make them real."""
    import torch

    rest, seen = [state], set()
    while rest:
        value: Any = rest.pop()
        if isinstance(value, dict | list | tuple):
            if id(value) not in seen:  # a list can hold itself
                seen.add(id(value))
                rest.extend(value.values() if isinstance(value, dict) else value)
        elif isinstance(value, torch.Tensor):
            plain = value.layout is torch.strided and value.device.type == "cpu" and value.is_contiguous()
            if not plain or value.nbytes > size:
                raise Unreadable("holds a tensor that claims more numbers than the file has")


def pack_networks(networks: "dict[str, torch.Tensor]") -> bytes:
    """Named tensors, every number finite: a diverged agent never becomes a version."""
    _check_networks(networks)
    return pack_state(networks)


def unpack_networks(data: bytes) -> "dict[str, torch.Tensor]":
    """Named tensors, every number finite."""
    networks = unpack_state(data)
    _check_networks(networks)
    return networks


def _check_networks(networks: dict[Any, Any]) -> None:
    import torch

    for name, tensor in networks.items():
        if not (isinstance(name, str) and isinstance(tensor, torch.Tensor)):
            raise Unreadable("holds something else than named tensors")
        if not torch.isfinite(tensor).all():
            raise Unreadable(f"holds a number in {name} that is not finite")


def _detached(value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        # Cloned: a view would take its whole storage along, and with it other agents.
        return value.detach().cpu().clone(memory_format=torch.contiguous_format)
    if isinstance(value, dict):
        if any(type(key) not in (str, int) for key in value):
            raise Unreadable("has a key that is neither text nor a whole number")
        return {key: _detached(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_detached(item) for item in value)
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise Unreadable(f"holds a {type(value).__name__}, which is neither a tensor nor a builtin")


# --- scaler


def pack_scaler(scaler: dict[str, Any]) -> bytes:
    """Protocol-4 pickle of the features' names and, per feature, mean, scale and limits as floats."""
    _check_scaler(scaler)
    figures = {name: [float(value) for value in scaler[name]] for name in _SCALER_FIGURES}
    return pickle.dumps({"features": list(scaler["features"]), **figures}, protocol=4)


def unpack_scaler(data: bytes) -> dict[str, Any]:
    """The dict that was packed; nothing that a pickle could do besides is done."""
    try:
        for opcode, _, _ in pickletools.genops(data):
            if opcode.name not in _OPCODES:
                raise Unreadable(f"holds more than text and numbers (pickle's {opcode.name})")
        scaler = BuiltinsUnpickler(io.BytesIO(data)).load()
    except Unreadable:
        raise
    except Exception as error:  # foreign bytes: pickle raises whatever its parts do
        raise Unreadable("is not a pickle of builtins") from error
    _check_scaler(scaler)
    return scaler  # type: ignore[no-any-return]


class BuiltinsUnpickler(pickle.Unpickler):
    """Knows no class and no function at all: a pickle that names one is refused before it can run it."""

    def find_class(self, module: str, name: str) -> NoReturn:
        """Always refuse."""
        raise Unreadable(f"names {module}.{name}, which is not data")


def _check_scaler(scaler: Any) -> None:
    if type(scaler) is not dict or set(scaler) != {"features", *_SCALER_FIGURES}:
        raise Unreadable(f"is not a dict of features, {', '.join(_SCALER_FIGURES)}")
    if any(type(column) is not list for column in scaler.values()):
        raise Unreadable("holds something else than lists")
    if scaler["features"] != list(SCALER_FEATURES):
        raise Unreadable(f"is for other features than {', '.join(SCALER_FEATURES)}")
    for name in _SCALER_FIGURES:
        column = scaler[name]
        if len(column) != len(SCALER_FEATURES):
            raise Unreadable(f"has {len(column)} values of {name}, not {len(SCALER_FEATURES)}")
        if not all(isinstance(value, float) and math.isfinite(value) for value in column):
            raise Unreadable(f"holds a {name} that is not a finite number")
    if not all(value > 0 for value in scaler["scale"]):
        raise Unreadable("holds a scale that is not above zero")
    if not all(low <= high for low, high in zip(scaler["low"], scaler["high"], strict=True)):
        raise Unreadable("holds a lower limit above the upper one")
