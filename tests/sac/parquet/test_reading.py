"""Tables from elsewhere: what any writer makes is read, and what would fill the memory is refused before."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sac.parquet import Limits, UnreadableTable, read_table
from tests.support.bombs import BOMBS, lying, written

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LIMITS = Limits(rows=100_000)


def anything(schema):
    """Every column is welcome."""


TABLE = pa.table(
    {
        "date": pa.array(np.arange(3_000), pa.int32()).cast(pa.date32()),
        "symbol": ["AAPL", "KO", None] * 1_000,
        "value": np.random.default_rng(0).normal(size=3_000),
        "numbers": [[1.0, None], [], None] * 1_000,
        "words": [["a", "bb"], [], ["a"]] * 1_000,
        "kind": pd.Categorical(["u", "v", "u"] * 1_000),
        "long": pa.array(["x"] * 3_000, pa.large_string()),
        "price": pa.array([1] * 3_000, pa.decimal128(10, 2)),
        "at": pa.array(np.zeros(3_000, "M8[us]")),
        "yes": [True, False, None] * 1_000,
    }
)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zstd"},
        {"compression": "none", "data_page_version": "2.0"},
        {"use_dictionary": False, "compression": "gzip"},
        {"row_group_size": 500, "data_page_size": 1_000},
        {"write_page_checksum": True, "write_page_index": True, "write_statistics": False},
        {"use_byte_stream_split": ["value"], "use_dictionary": ["symbol"]},
    ],
)
def test_every_ordinary_table_is_read_as_arrow_reads_it(options):
    data = written(TABLE, **options)
    assert read_table(data, anything, LIMITS).equals(pq.read_table(io.BytesIO(data)))
    two = ["symbol", "words"]
    assert read_table(data, anything, LIMITS, two).equals(pq.read_table(io.BytesIO(data), columns=two))


@pytest.mark.parametrize("table", [TABLE.slice(0, 0), TABLE.slice(0, 1)])
def test_a_table_without_rows_or_with_one(table):
    assert read_table(written(table), anything, LIMITS).num_rows == table.num_rows


def test_a_table_on_the_disk(tmp_path):
    (tmp_path / "table.parquet").write_bytes(written(TABLE))
    assert read_table(tmp_path / "table.parquet", anything, LIMITS).num_rows == 3_000
    with pytest.raises(UnreadableTable, match="larger than 0 MiB"):
        read_table(tmp_path / "table.parquet", anything, Limits(100, file=1_000))


@pytest.mark.parametrize("kind", ["folder", "pipe", "missing"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "table.parquet"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises((UnreadableTable, OSError)):
        read_table(path, anything, LIMITS)


def test_the_schema_is_looked_at_first():
    def nothing(schema):
        raise UnreadableTable(f"has {len(schema)} columns too many")

    with pytest.raises(UnreadableTable, match="has 10 columns too many"):
        read_table(written(TABLE), nothing, LIMITS)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(rows=2_999), "more than 2,999 rows"),
        (Limits(rows=3_000, decoded=1 << 16), "decodes to more than 0 MiB"),
        (Limits(rows=3_000, text=3), "a text of more than 3 bytes"),
        (Limits(rows=3_000, file=1_000), "is larger than 0 MiB"),
    ],
)
def test_each_limit_is_held(limits, reason):
    with pytest.raises(UnreadableTable, match=reason):
        read_table(written(TABLE), anything, limits)


@pytest.mark.parametrize("claim", [1, 10])
def test_a_footer_that_lies_is_found_out_by_the_pages(claim):
    data = lying(claim, values=100_000)
    assert len(pq.read_table(io.BytesIO(data))["list"][0]) == 100_000  # arrow itself believes the pages
    with pytest.raises(UnreadableTable, match="another number of values than its footer"):
        read_table(data, anything, LIMITS)


def test_texts_that_repeat_each_other_are_refused():
    data = written(
        pa.table({"a": ["abc", "abd"]}), use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"}
    )
    with pytest.raises(UnreadableTable, match="delta encoding"):
        read_table(data, anything, LIMITS)


def test_damage_is_refused_wherever_it_is():
    data = written(TABLE.select(["symbol", "value", "words"]).slice(0, 40))
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(400):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            damaged[place] = rng.integers(256)
        try:
            read_table(bytes(damaged), anything, LIMITS)
        except UnreadableTable:
            refused += 1
    assert refused > 100
    for length in range(0, len(data), 7):
        with pytest.raises(UnreadableTable):
            read_table(data[:length], anything, LIMITS)


LIMITED = """
import resource, sys, time
from sac.parquet import Limits, UnreadableTable, read_table
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (512 << 20),) * 2)
begun = time.process_time()
try:
    read_table(sys.stdin.buffer.read(), lambda schema: None, Limits(rows=1 << 20))
except UnreadableTable as refusal:
    print(refusal, "|", time.process_time() - begun)
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_within_half_a_gigabyte_and_three_seconds(bomb):
    data = BOMBS[bomb]()
    assert len(data) < 1 << 20
    told = subprocess.run(
        [sys.executable, "-c", LIMITED], input=data, capture_output=True, cwd=ROOT, timeout=120
    )
    assert told.returncode == 0, told.stderr.decode()[-500:]
    reason, seconds = told.stdout.decode().rsplit("|", 1)
    assert reason
    assert float(seconds) < 3.0


def test_many_tiny_pages_take_no_time():
    data = written(
        pa.table({"a": np.arange(200_000)}), data_page_size=1, write_batch_size=1, compression="none"
    )
    begun = time.process_time()
    with pytest.raises(UnreadableTable):
        read_table(data, anything, Limits(rows=1 << 20))
    assert time.process_time() - begun < 3.0
