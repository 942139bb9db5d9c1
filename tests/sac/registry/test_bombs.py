"""Small files that would fill the memory when they are opened are refused before they do."""

import io
import zipfile
from functools import partial

import numpy as np
import pyarrow as pa
import pytest
import torch

from sac.registry import codecs, tables
from sac.registry.codecs import Unreadable
from tests.support.bombs import BOMBS, written


def saved(state):
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def test_a_compressed_file_of_tensors():
    plain = saved({"w": torch.zeros(1_000_000)})
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    assert len(packed.getvalue()) < len(plain) / 100
    with pytest.raises(Unreadable, match="is compressed"):
        codecs.unpack_state(packed.getvalue())


def test_a_tensor_that_repeats_one_number():
    data = saved({"w": torch.zeros(1).expand(1 << 40)})
    assert len(data) < 10_000
    for unpack in (codecs.unpack_state, codecs.unpack_networks):
        with pytest.raises(Unreadable, match="claims more numbers than the file has"):
            unpack(data)


def test_a_tensor_without_any_numbers():
    data = saved({"w": torch.zeros(1 << 40, device="meta")})
    with pytest.raises(Unreadable):
        codecs.unpack_state(data)


def test_lists_of_the_same_list_and_a_list_that_holds_itself():
    doubled: list = [torch.zeros(2)]
    for _ in range(60):
        doubled = [doubled, doubled]  # 2**60 paths to one tensor
    endless = []
    endless.append(endless)
    assert set(codecs.unpack_state(saved({"doubled": doubled, "endless": endless}))) == {"doubled", "endless"}


@pytest.mark.parametrize("bomb", BOMBS)
def test_tables_that_stand_for_very_much(bomb):
    data, evaluation = BOMBS[bomb](), partial(tables.unpack_evaluation, symbols=())
    for unpack in (
        tables.unpack_log,
        tables.unpack_baselines,
        evaluation,
    ):
        with pytest.raises(Unreadable):
            unpack(data)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"update": [1], "note": ["x" * 100]}, "a column 'note' that holds no numbers"),
        ({"update": [[1.0]]}, "a column 'update' that holds no numbers"),
        ({f"c{number}": [0.0] for number in range(65)}, "more than 64 columns"),
    ],
)
def test_a_log_holds_numbers_only(columns, reason):
    with pytest.raises(Unreadable, match=reason):
        tables.unpack_log(written(pa.table(columns)))


def test_a_log_with_more_rows_than_any_training():
    rows = pa.table({"update": np.zeros((1 << 20) + 1)})
    with pytest.raises(Unreadable, match="more than 1,048,576 rows"):
        tables.unpack_log(written(rows, compression="zstd"))
