"""Small files that would fill the memory when they are opened are refused before they do."""

import io
import zipfile

import pytest
import torch

from sac.registry import codecs, tables
from sac.registry.codecs import Unreadable
from tests.support.small_versions import small_artifacts


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


def test_a_table_with_more_cells_than_any_training(monkeypatch):
    artifacts = small_artifacts()
    log = tables.pack_log(artifacts.training_log)
    monkeypatch.setattr(tables, "_MOST_CELLS", artifacts.training_log.size - 1)
    with pytest.raises(Unreadable, match="has more cells than any training"):
        tables.unpack_log(log)
    monkeypatch.setattr(tables, "_MOST_CELLS", artifacts.training_log.size)
    tables.unpack_log(log)
