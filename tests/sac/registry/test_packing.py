"""A version that another machine packed: the same bytes are kept, and no others."""

import io
import json
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch

from sac.errors import ArtifactError
from sac.registry import Registry, codecs, folder
from sac.registry.codecs import Unreadable
from sac.registry.packing import NETWORKS, STATES, brought
from sac.registry.tensors import outline
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def made(registry):
    """A version and the bytes of its files, as they travel."""
    version = registry.save(small_artifacts())
    return version, version.files()


def sealed(files, **changed):
    """The files with some changed, and a manifest that fits them."""
    plain = {name: data for name, data in files.items() if name != folder.MANIFEST}
    plain |= {name.replace("__", "."): data for name, data in changed.items()}
    return {**plain, folder.MANIFEST: codecs.pack_json(folder.manifest_of(plain))}


def alike(tensors, arrays):
    """Whether nested values are the same, one side's tensors the other's arrays."""
    if isinstance(tensors, dict):
        return tensors.keys() == arrays.keys() and all(alike(tensors[k], arrays[k]) for k in tensors)
    if isinstance(tensors, list | tuple):
        return len(tensors) == len(arrays) and all(map(alike, tensors, arrays))
    if isinstance(tensors, torch.Tensor):
        numbers = tensors.numpy()
        return numbers.dtype == arrays.dtype and np.array_equal(numbers, arrays)
    return type(tensors) is type(arrays) and tensors == arrays


def test_what_travels_comes_in_as_it_was(made, tmp_path):
    version, files = made
    arrived = Registry(tmp_path / "other").publish(
        VARIANT, version.name, lambda: brought(VARIANT, version.name, files)
    )
    assert arrived.files() == files
    assert (arrived.seal, arrived.metadata) == (version.seal, version.metadata)


@pytest.mark.parametrize("file", [*folder.FILES, folder.MANIFEST])
def test_a_byte_that_changed_on_the_way_is_found(made, file):
    version, files = made
    middle = len(files[file]) // 2
    flipped = files[file][:middle] + bytes([files[file][middle] ^ 1]) + files[file][middle + 1 :]
    for spoilt in (flipped, files[file][:-2], b""):
        with pytest.raises(ArtifactError, match=f"{version.name} was not saved: "):
            brought(VARIANT, version.name, {**files, file: spoilt})
    with pytest.raises(ArtifactError, match="came with other files than a version has"):
        brought(VARIANT, version.name, {name: data for name, data in files.items() if name != file})


def test_nothing_comes_beside_the_files(made):
    version, files = made
    with pytest.raises(ArtifactError, match="other files"):
        brought(VARIANT, version.name, {**files, "run.sh": b""})


@pytest.mark.parametrize("part", [*NETWORKS, *STATES])
def test_a_file_that_fits_its_checksum_must_still_be_what_it_says(made, part):
    version, files = made
    for spoilt in (b"nothing", files["scaler.pkl"], codecs.pack_state([1.0])):
        with pytest.raises(ArtifactError, match=rf"not saved: {part}\.pt (cannot be read|holds no dict)"):
            brought(VARIANT, version.name, sealed(files, **{f"{part}__pt": spoilt}))


@pytest.mark.parametrize("part", NETWORKS)
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_diverged_agent_never_becomes_a_version(made, part, number):
    version, files = made
    tensors = version.tensors(part)
    next(iter(tensors.values())).view(-1)[-1] = number
    with pytest.raises(ArtifactError, match=rf"{part}\.pt holds a number in .* that is not finite"):
        brought(VARIANT, version.name, sealed(files, **{f"{part}__pt": codecs.pack_state(tensors)}))


def test_the_name_is_what_settings_stocks_and_data_make_it(made):
    version, files = made
    other = small_artifacts(seed=1)
    for given, variant, name in (
        (files, "ppo_lstm", version.name),
        (files, VARIANT, other.metadata.version),
        (sealed(files, config__json=codecs.pack_json(other.settings)), VARIANT, version.name),
    ):
        with pytest.raises(ArtifactError, match=r"metadata\.json is that of sac_lstm/.* whose settings"):
            brought(variant, name, given)


def test_figures_are_held_against_the_weekly_records(made):
    version, files = made
    record = json.loads(files["metadata.json"])
    record["metrics"]["eval_cagr"] += 0.1
    with pytest.raises(ArtifactError, match="eval_cagr"):
        brought(VARIANT, version.name, sealed(files, metadata__json=json.dumps(record).encode()))
    for file in ("scaler.pkl", "training_log.parquet", "evaluation.parquet", "baselines.parquet"):
        with pytest.raises(ArtifactError, match=f"not saved: {file}"):
            brought(VARIANT, version.name, sealed(files, **{file.replace(".", "__"): b"nothing"}))


@pytest.mark.slow
@pytest.mark.parametrize("part", [*NETWORKS, *STATES])
def test_tensors_are_read_without_torch_as_torch_reads_them(small_version, part):
    data = (small_version.path / f"{part}.pt").read_bytes()
    assert alike(small_version.tensors(part), outline(data))


def test_a_pickle_that_names_anything_else_is_not_read():
    class Command:
        def __reduce__(self):
            return print, ("ran",)

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"actor": Command()}))
    with pytest.raises(Unreadable, match=r"names builtins\.print"):
        outline(buffer.getvalue())


def test_a_tensor_that_is_a_part_of_another_is_not_read():
    whole = torch.arange(6.0)
    for part in (whole[1:], whole[:3], whole.view(2, 3).T):
        buffer = io.BytesIO()
        torch.save({"part": part}, buffer)
        with pytest.raises(Unreadable, match="holds a tensor that is a part of another"):
            outline(buffer.getvalue())


def test_a_file_that_unpacks_to_more_than_it_holds_is_not_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}) + bytes(1 << 20))
    with pytest.raises(Unreadable, match="is compressed"):
        outline(buffer.getvalue())


def test_it_is_checked_without_torch(made, tmp_path):
    version, files = made
    (tmp_path / "files").write_bytes(pickle.dumps(files))
    code = (
        "import pickle, sys; sys.modules['torch'] = None\n"
        "from sac.registry.packing import brought\n"
        f"brought({VARIANT!r}, {version.name!r}, pickle.load(open({str(tmp_path / 'files')!r}, 'rb')))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
