"""Small parquet files that stand for very much, as anybody can write them."""

import functools
import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def written(table, **options):
    """A table's bytes."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


@functools.cache
def long_list(values=20_000_000):
    """One row whose list holds very many zeros."""
    table = pa.table({"list": pa.array([np.zeros(values)], pa.list_(pa.float64()))})
    return written(table, compression="zstd", write_statistics=False)


@functools.cache
def lying(claim=1, values=20_000_000):
    """The same, with a footer that says the list has `claim` values."""
    data = long_list(values)
    size = struct.unpack("<I", data[-8:-4])[0]
    body, footer = data[: -8 - size], data[-8 - size : -8]
    true = _varint(2 * values)
    assert true in footer
    return body + footer.replace(true, _varint(2 * claim, len(true))) + data[-8:]


@functools.cache
def repeated_text(rows=500):
    """A text of a megabyte, written once and pointed to from every row."""
    return written(pa.table({"text": ["a" * 1_000_000] * rows}), compression="zstd", write_statistics=False)


@functools.cache
def repeated_texts_in_lists(rows=500):
    """The same in lists."""
    table = pa.table({"text": [["a" * 1_000_000] * rows]})
    return written(table, compression="zstd", write_statistics=False)


@functools.cache
def rows_of_nothing(rows=20_000_000):
    """Very many rows without a value."""
    table = pa.table({"a": pa.nulls(rows, pa.float64())})
    return written(table, compression="zstd", row_group_size=rows)


@functools.cache
def many_columns(columns=500, rows=40_000):
    """Columns that are each within bounds, together not."""
    column = pa.array(np.zeros(rows))
    table = pa.table({f"c{number}": column for number in range(columns)})
    return written(table, compression="zstd", write_statistics=False)


BOMBS = {
    "a long list": long_list,
    "a long list and a footer that lies": lying,
    "a repeated text": repeated_text,
    "repeated texts in lists": repeated_texts_in_lists,
    "rows of nothing": rows_of_nothing,
    "many columns": many_columns,
}


def _varint(value, length=1):
    """Thrift's, padded to a length."""
    out = []
    while value or len(out) < length:
        out.append(value & 127)
        value >>= 7
    return bytes(byte | 128 for byte in out[:-1]) + bytes(out[-1:])
