"""The one reader of tables from elsewhere: schema, rows, values and decoded bytes, then the data."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sac.parquet.pages import Chunk, Group, row_groups

__all__ = ["Limits", "UnreadableTable", "read_schema", "read_table"]

SchemaCheck = Callable[[pa.Schema], None]  # raises UnreadableTable for columns that do not belong there

_MOST_COLUMNS = 10_000  # leaves
_MOST_PAGES = 10_000  # of a column chunk
_MOST_CHUNKS = 100_000  # row groups times leaves
_MOST_FOOTER = 1 << 22  # bytes, Arrow's own schema and pandas' notes included
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 8}
_TEXTS = (pa.StringArray, pa.LargeStringArray, pa.BinaryArray, pa.LargeBinaryArray)
_DELTA_LENGTHS = (6, 7)  # of texts, by parquet.thrift; in 7 each may repeat the one before, for a few bytes


class UnreadableTable(ValueError):  # noqa: N818 - said as "prices.parquet is not a readable parquet file"
    """What is wrong with a table, to be said after its name."""


@dataclass(frozen=True)
class Limits:
    """How much a table may hold."""

    rows: int
    decoded: int = 1 << 27  # bytes of all columns that are read, in memory
    text: int = 256  # bytes of one text
    file: int = 1 << 27  # bytes of the file


class _Leaf(NamedTuple):
    """A column of plain values; a list's values are one too."""

    path: str
    physical: str
    width: int
    nested: bool


def read_table(
    source: bytes | Path, check: SchemaCheck, limits: Limits, columns: Sequence[str] | None = None
) -> pa.Table:
    """A table from elsewhere, all of it or these columns; nothing is decoded before it is known to be small.

    check: gets the Arrow schema first, and raises UnreadableTable where it is not the expected one.
    Raises UnreadableTable, and OSError for a path that cannot be read.
    """
    data = source if isinstance(source, bytes) else _bytes(source, limits.file)
    if len(data) > limits.file:
        raise UnreadableTable(f"is larger than {limits.file >> 20} MiB")
    try:
        groups, file = _opened(data)
        schema = file.schema_arrow
        check(schema)
        leaves = _leaves(file, columns)
        _bound(memoryview(data), groups, leaves, limits)
        # Texts stay a dictionary and numbers into it until their lengths are known.
        texts = [leaf.path for leaf in leaves.values() if leaf.physical == "BYTE_ARRAY" and not leaf.nested]
        compact = pq.ParquetFile(pa.BufferReader(data), metadata=file.metadata, read_dictionary=texts)
        table = compact.read(columns=columns, use_threads=False)
        _bound_texts(table, limits)
        return table.cast(schema if columns is None else pa.schema([schema.field(c) for c in columns]))
    except UnreadableTable:
        raise
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        raise UnreadableTable("is not a readable parquet file") from error


def read_schema(path: Path, limits: Limits) -> pa.Schema:
    """The Arrow schema of a file from elsewhere, with what its writer noted. Raises as `read_table` does."""
    try:
        return _opened(_bytes(path, limits.file))[1].schema_arrow
    except UnreadableTable:
        raise
    except (pa.ArrowException, ValueError, LookupError, OverflowError) as error:
        raise UnreadableTable("is not a readable parquet file") from error


def _opened(data: bytes) -> tuple[list[Group], pq.ParquetFile]:
    groups = row_groups(memoryview(data), _MOST_FOOTER)  # before Arrow looks: it may end the process
    return groups, pq.ParquetFile(pa.BufferReader(data), thrift_container_size_limit=_MOST_COLUMNS)


def _bytes(path: Path, most: int) -> bytes:
    """A plain file's bytes; a pipe that nobody feeds does not block, and no disk is read to its end."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableTable("is not a plain file")
        if status.st_size > most:
            raise UnreadableTable(f"is larger than {most >> 20} MiB")
        return file.read(most + 1)


def _leaves(file: pq.ParquetFile, columns: Sequence[str] | None) -> dict[int, _Leaf]:
    """The columns that are read, by their number in a row group."""
    leaves = {}
    for number in range(len(file.schema)):
        column = file.schema.column(number)
        if columns is None or column.path.split(".")[0] in columns:
            width = _WIDTHS.get(column.physical_type) or column.length
            nested = column.max_repetition_level > 0
            leaves[number] = _Leaf(column.path, column.physical_type, width, nested)
    return leaves


def _bound(data: memoryview, groups: list[Group], leaves: dict[int, _Leaf], limits: Limits) -> None:
    """Refuse a table that decodes to more than it may, by its footer and by its pages."""
    if sum(group.rows for group in groups) > limits.rows:
        raise UnreadableTable(f"has more than {limits.rows:,} rows")
    if len(groups) * len(leaves) > _MOST_CHUNKS:
        raise UnreadableTable("is cut into too many pieces")
    decoded = 0
    for group in groups:
        for number, leaf in leaves.items():
            chunk = group.chunks[number]
            if not (chunk.values >= group.rows if leaf.nested else chunk.values == group.rows):
                raise UnreadableTable("has columns of different length")
            decoded += chunk.values * leaf.width
            if decoded <= limits.decoded:  # else there may be very many pages to look at
                decoded += _page_bytes(data, chunk, leaf)
            if decoded > limits.decoded:
                raise UnreadableTable(_too_much(limits))


def _page_bytes(data: memoryview, chunk: Chunk, leaf: _Leaf) -> int:
    """Bytes of a chunk's pages once they are decompressed; they must hold what the footer says."""
    values = uncompressed = 0
    for page in chunk.pages(data, _MOST_PAGES):
        uncompressed += page.uncompressed
        values += 0 if page.dictionary else page.values
        if page.dictionary and leaf.physical == "BYTE_ARRAY" and leaf.nested:  # written out at once
            uncompressed += page.uncompressed * chunk.values
        if leaf.physical == "BYTE_ARRAY" and page.encoding in _DELTA_LENGTHS:
            raise UnreadableTable("has texts in a delta encoding: write them plain or as a dictionary")
    if values != chunk.values:
        raise UnreadableTable("has pages that hold another number of values than its footer says")
    return uncompressed


def _bound_texts(table: pa.Table, limits: Limits) -> None:
    """Refuse texts that are too long, or too much when they are written out."""
    decoded = 0
    for column in table.columns:
        for chunk in column.chunks:
            values = chunk
            while isinstance(values, pa.ListArray | pa.LargeListArray):
                values = values.values
            texts = values.dictionary if isinstance(values, pa.DictionaryArray) else values
            if not isinstance(texts, _TEXTS):
                continue
            longest = pc.max(pc.binary_length(texts)).as_py() or 0
            if longest > limits.text:
                raise UnreadableTable(f"holds a text of more than {limits.text} bytes")
            decoded += longest * len(values)
    if decoded > limits.decoded:
        raise UnreadableTable(_too_much(limits))


def _too_much(limits: Limits) -> str:
    return f"decodes to more than {limits.decoded >> 20} MiB"
