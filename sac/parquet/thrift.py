"""Thrift's compact protocol, as far as the headers of a parquet file use it.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from typing import Any

__all__ = ["BadHeader", "Struct", "numbers", "structs", "unpack"]

Struct = dict[
    int, Any
]  # field number -> whole number, bytes, list or Struct; None for what headers don't need

_DEPTH = 12  # of structs and lists in each other; the true ones are six deep
_INT64 = 1 << 63


class BadHeader(ValueError):  # noqa: N818 - what it is, said to whoever reads the table
    """A header that no writer makes."""


def unpack(data: memoryview, position: int = 0) -> tuple[Struct, int]:
    """The struct that begins at a position, and where it ends. Raises BadHeader."""
    reader = _Compact(data, position)
    return reader.struct(0), reader.position


def numbers(fields: Any, *names: int) -> list[int]:
    """Those fields of a struct, each a whole number from 0. Raises BadHeader."""
    found = [fields.get(name) for name in names] if isinstance(fields, dict) else []
    whole = [value for value in found if isinstance(value, int) and 0 <= value < _INT64]
    if len(whole) < len(names):
        raise BadHeader
    return whole


def structs(fields: Any, name: int) -> list[Struct]:
    """That field of a struct, a list of structs. Raises BadHeader."""
    found = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadHeader
    return found


class _Compact:
    def __init__(self, data: memoryview, position: int) -> None:
        self._data, self.position = data, position

    def struct(self, depth: int) -> Struct:
        """Fields by their number; each at most once."""
        fields: Struct = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            if number in fields:
                raise BadHeader
            kind = head & 15
            # A boolean's type is its value; only in a list it takes a byte.
            fields[number] = None if kind in (1, 2) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if depth > _DEPTH:
            raise BadHeader
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind == 8:
            return self._take(self._varint())
        if kind == 9:
            return self._list(depth)
        if kind == 12:
            return self.struct(depth + 1)
        if kind in (1, 2, 3):
            return self._take(1) and None
        if kind == 7:
            return self._take(8) and None
        raise BadHeader  # a set or a map: parquet's headers have none

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self._data) - self.position:  # every element takes a byte at least
            raise BadHeader
        return [self._value(head & 15, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        if self.position >= len(self._data):
            raise BadHeader
        self.position += 1
        return self._data[self.position - 1]

    def _take(self, count: int) -> bytes:
        begin, self.position = self.position, self.position + count
        if self.position > len(self._data):
            raise BadHeader
        return bytes(self._data[begin : self.position])

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise BadHeader

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
