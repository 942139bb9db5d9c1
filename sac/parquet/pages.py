"""Footer and page headers of a parquet file: how much its columns decode to.

Arrow decodes what a page's header says and not what the footer says, so a footer that lies proves nothing;
and some damaged footers end the whole process in Arrow's own look at them.
Source: https://github.com/apache/parquet-format, parquet.thrift, whose numbers of fields stand below.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sac.parquet.thrift import BadHeader, Struct, numbers, structs, unpack

__all__ = ["Chunk", "Group", "Page", "row_groups"]

_MAGIC = b"PAR1"
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3  # PageType
_HEADERS = {_DATA: (5, 2), _DICTIONARY: (7, 2), _DATA_V2: (8, 4)}  # field of PageHeader, encoding's in it
_INT32 = 1 << 31  # above it Arrow reads another number


@dataclass(frozen=True)
class Page:
    """What one page decodes to."""

    dictionary: bool
    values: int  # nulls and empty lists included
    encoding: int  # parquet.thrift's number
    uncompressed: int  # bytes


@dataclass(frozen=True)
class Chunk:
    """One column's part of a row group."""

    values: int  # as the footer says
    start: int
    stop: int

    def pages(self, data: memoryview, most: int) -> Iterator[Page]:
        """Its pages, in the file's bytes. Raises BadHeader for damage, and for more than `most`."""
        held, position = data[self.start : self.stop], 0
        for _ in range(most):
            if position == len(held):
                return
            header, position = unpack(held, position)
            kind, uncompressed, compressed = numbers(header, 1, 2, 3)
            position += compressed
            if kind not in _HEADERS or position > len(held):
                raise BadHeader
            own, encoding = _HEADERS[kind]
            values, code = numbers(header.get(own), 1, encoding)
            if max(values, uncompressed, compressed) >= _INT32:
                raise BadHeader
            yield Page(kind == _DICTIONARY, values, code, uncompressed)
        if position < len(held):
            raise BadHeader


@dataclass(frozen=True)
class Group:
    """A row group."""

    rows: int
    chunks: list[Chunk]


def row_groups(data: memoryview, most_bytes: int) -> list[Group]:
    """The row groups that a file's footer lists. Raises BadHeader, also for a footer above `most_bytes`."""
    size = int.from_bytes(data[-8:-4], "little")
    if len(data) < 12 or data[-4:] != _MAGIC or not 0 < size <= min(most_bytes, len(data) - 12):
        raise BadHeader
    end = len(data) - 8
    footer = unpack(data[end - size : end])[0]
    groups = [
        Group(numbers(group, 3)[0], [_chunk(chunk, end - size) for chunk in structs(group, 1)])
        for group in structs(footer, 4)
    ]
    if sum(group.rows for group in groups) != numbers(footer, 3)[0]:
        raise BadHeader
    return groups


def _chunk(listed: Struct, end: int) -> Chunk:
    if 1 in listed:  # its bytes are in another file
        raise BadHeader
    metadata = listed.get(3)
    values, size, start = numbers(metadata, 5, 7, 9)
    if not values:  # Arrow reads no page of it, wherever it says they are
        return Chunk(0, 0, 0)
    if isinstance(metadata, dict) and 11 in metadata:
        dictionary = numbers(metadata, 11)[0]
        start = dictionary if 0 < dictionary < start else start  # as Arrow takes it
    if not len(_MAGIC) <= start <= start + size <= end:
        raise BadHeader
    return Chunk(values, start, start + size)
