"""Whatever happened to a folder, the refusal names the file, and nothing in it is run."""

import dataclasses
import hashlib
import io
import json
import os
import pickle
import shutil
import zipfile

import pytest
import torch

from sac.errors import ArtifactError
from sac.promotion import deciding
from sac.registry import Registry, codecs, folder, tables
from sac.registry.folder import FILES, MANIFEST
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def version(registry, artifacts):
    saved = registry.save(artifacts)
    registry.set_current(VARIANT, saved.name)
    return saved


def forge(version, file: str, data: bytes) -> None:
    """Replace a file and make the manifest vouch for it, as a hostile upload would."""
    (version.path / file).write_bytes(data)
    manifest = json.loads((version.path / MANIFEST).read_text())
    manifest[file] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (version.path / MANIFEST).write_text(json.dumps(manifest))


def assert_refused(registry, version, file: str) -> None:
    for ask in (registry.version, registry.set_current):
        with pytest.raises(ArtifactError, match=rf"{version.name}: {file} "):
            ask(VARIANT, version.name)
    with pytest.raises(ArtifactError, match=file):
        registry.champion(VARIANT)


@pytest.mark.parametrize("file", [*FILES, MANIFEST])
def test_a_missing_file_is_named(registry, version, file):
    (version.path / file).unlink()
    assert_refused(registry, version, file)
    assert registry.versions(VARIANT) == []
    assert file in registry.damaged(VARIANT)[version.name]


@pytest.mark.parametrize("file", FILES)
def test_a_truncated_file_is_named(registry, version, file):
    path = version.path / file
    path.write_bytes(path.read_bytes()[:-1])
    assert_refused(registry, version, file)
    assert registry.versions(VARIANT) == []
    assert file in registry.damaged(VARIANT)[version.name]


@pytest.mark.parametrize("file", FILES)
def test_an_altered_file_of_the_same_size_is_named(registry, version, file):
    path, data = version.path / file, bytearray((version.path / file).read_bytes())
    data[len(data) // 2] ^= 1
    times = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # and it hides its traces
    assert_refused(registry, version, file)


def test_a_version_in_hand_notices_what_changes_later(registry, version):
    listed = registry.versions(VARIANT)[0]
    data = bytearray((version.path / "actor.pt").read_bytes())
    data[100] ^= 1
    (version.path / "actor.pt").write_bytes(data)
    for held in (version, listed):
        with pytest.raises(ArtifactError, match=r"actor\.pt was altered"):
            held.tensors("actor")


def test_a_verdict_is_remembered_while_nothing_changes(registry, version, monkeypatch):
    monkeypatch.setattr(folder, "_SETTLED", -(10**12))  # as if the files were written long ago
    read = []
    original = folder._checked

    def counted(path, entry):
        read.append(path.name)
        return original(path, entry)

    monkeypatch.setattr(folder, "_checked", counted)
    registry.version(VARIANT, version.name)
    assert read.count("folds.pt") == 1
    registry.version(VARIANT, version.name)
    assert read.count("folds.pt") == 1

    data = bytearray((version.path / "folds.pt").read_bytes())
    data[100] ^= 1
    times = (version.path / "folds.pt").stat()
    (version.path / "folds.pt").write_bytes(data)
    os.utime(version.path / "folds.pt", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert registry.damaged(VARIANT) == {}  # the cheap look sees sizes only
    assert_refused(registry, version, "folds.pt")
    assert "folds.pt was altered" in registry.damaged(VARIANT)[version.name]  # but it learns
    assert registry.versions(VARIANT) == []


def test_a_fresh_folder_is_not_trusted_to_its_clock(registry, version):
    registry.version(VARIANT, version.name)
    assert version.path not in folder._VERDICTS


@pytest.mark.parametrize("make", ["file", "folder", "link", "hidden", "pipe"])
def test_what_does_not_belong_is_named(registry, version, make):
    extra = version.path / (".extra" if make == "hidden" else "extra")
    {
        "file": extra.touch,
        "hidden": extra.touch,
        "folder": extra.mkdir,
        "link": lambda: extra.symlink_to("actor.pt"),
        "pipe": lambda: os.mkfifo(extra),
    }[make]()
    assert_refused(registry, version, rf"{extra.name}")
    assert extra.name in registry.damaged(VARIANT)[version.name]


def test_links_are_not_followed(registry, version, tmp_path):
    target = tmp_path / "actor.pt"
    shutil.move(version.path / "actor.pt", target)
    (version.path / "actor.pt").symlink_to(target)
    assert_refused(registry, version, r"actor\.pt is a link")
    with pytest.raises(ArtifactError, match=r"actor\.pt cannot be read"):
        version.tensors("actor")


def test_a_version_that_is_a_link_is_refused(registry, version, tmp_path):
    shutil.move(version.path, tmp_path / "moved")
    version.path.symlink_to(tmp_path / "moved")
    assert_refused(registry, version, "it is a link")
    assert "link" in registry.damaged(VARIANT)[version.name]


def test_foreign_folders_are_shown_not_listed(registry, version):
    home = version.path.parent
    (home / "my models").mkdir()
    (home / "v2022-12-23-0123456789ab").mkdir()
    shutil.copytree(version.path, home / "v2022-12-23-aaaaaaaaaaaa")
    (home / "notes.txt").write_text("hello")
    assert [v.name for v in registry.versions(VARIANT)] == [version.name]
    damaged = registry.damaged(VARIANT)
    assert set(damaged) == {"my models", "v2022-12-23-0123456789ab", "v2022-12-23-aaaaaaaaaaaa"}
    assert "not named like a version" in damaged["my models"]
    assert "manifest.json is missing" in damaged["v2022-12-23-0123456789ab"]
    assert f"metadata.json is that of sac_lstm/{version.name}" in damaged["v2022-12-23-aaaaaaaaaaaa"]


def test_saving_over_a_damaged_version_says_so(registry, version, artifacts):
    (version.path / "actor.pt").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"actor\.pt has 0 bytes.*delete it and train again"):
        registry.save(artifacts)


class _Touch:
    """Pickles as a call of os.system that leaves a file behind."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_runs_a_command_runs_nothing(registry, version, tmp_path, protocol):
    trace = tmp_path / "trace"
    pickle.loads(pickle.dumps(_Touch(trace)))
    assert trace.exists()  # the payload works
    trace.unlink()

    forge(version, "scaler.pkl", pickle.dumps(_Touch(trace), protocol=protocol))
    with pytest.raises(ArtifactError, match=r"scaler\.pkl"):
        registry.version(VARIANT, version.name).scaler()
    assert not trace.exists()


def test_a_checkpoint_that_runs_a_command_runs_nothing(registry, version, tmp_path):
    trace = tmp_path / "trace"
    bomb = tmp_path / "bomb.pt"
    torch.save({"w": _Touch(trace)}, bomb)
    for file, data in (("actor.pt", bomb.read_bytes()), ("folds.pt", pickle.dumps(_Touch(trace), 2))):
        forge(version, file, data)
        with pytest.raises(ArtifactError, match=rf"{file} cannot be loaded safely"):
            registry.version(VARIANT, version.name).tensors(file.removesuffix(".pt"))
    assert zipfile.is_zipfile(bomb)
    assert not trace.exists()


def test_a_pickle_that_would_fill_the_memory_is_refused_before_it_does():
    memo = b"\x80\x04]r\x00\x00\x00\x10."  # LONG_BINPUT at 2**28: 4 GiB of empty memo
    with pytest.raises(codecs.Unreadable, match="LONG_BINPUT"):
        codecs.unpack_scaler(memo)


def _changed(**fields):
    scaler = small_artifacts().scaler
    return {**scaler, **fields}


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ([1.0], "not a dict"),
        ({"mean": [0.0] * 8}, "not a dict of features"),
        (_changed(extra=[]), "not a dict of features"),
        (_changed(mean=tuple([0.0] * 8)), "scaler.pkl"),
        (_changed(mean=[0.0] * 7), "7 values of mean"),
        (_changed(mean=[0] * 8), "scaler.pkl"),
        (_changed(mean=[float("inf")] * 8), "mean that is not a finite number"),
        (_changed(scale=[float("nan")] * 8), "scale that is not a finite number"),
        (_changed(scale=[1.0] * 7 + [0.0]), "not above zero"),
        (_changed(scale=[1.0] * 7 + [-1.0]), "not above zero"),
        (_changed(low=[1.0] * 8, high=[0.5] * 8), "lower limit above the upper one"),
        (_changed(features=["a"] * 8), "other features"),
        (_changed(features=["news_sentiment"]), "other features"),
    ],
)
def test_a_scaler_of_another_shape_is_refused(registry, version, payload, problem):
    forge(version, "scaler.pkl", pickle.dumps(payload, protocol=4))
    with pytest.raises(ArtifactError, match=problem):
        registry.version(VARIANT, version.name).scaler()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04",
        b"hello",
        b"\x80\x04\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",  # a bytearray of 8 EiB
        pickle.dumps(_changed(mean=["x" * (2 << 20)]), protocol=4),  # over the cap
    ],
)
def test_scaler_bytes_that_are_no_scaler_are_refused(registry, version, data):
    forge(version, "scaler.pkl", data)
    with pytest.raises(ArtifactError, match=r"scaler\.pkl"):
        registry.version(VARIANT, version.name).scaler()


@pytest.mark.parametrize(
    ("file", "data", "problem"),
    [
        ("config.json", b"{", "config.json is not valid JSON"),
        ("config.json", b"[]", "config.json does not fit"),
        ("config.json", b"[" * 100_000, "config.json is not valid JSON"),
        ("config.json", b'{"members": 0}', "members is 0, outside its range"),
        (
            "config.json",
            b'{"agent": {"algorithm": "sac", "leverage": 3}}',
            "config.json does not fit this program at agent",
        ),
        ("metadata.json", b"{}", "metadata.json does not fit this program at version"),
        ("metadata.json", b"\xff", "metadata.json is not valid JSON"),
        ("symbol_order.json", b'["A", "A"]', "symbol_order.json must list every stock once"),
        ("symbol_order.json", b"[1]", "symbol_order.json does not fit"),
        ("symbol_order.json", b"[]", "symbol_order.json must list every stock once"),
    ],
)
def test_json_that_does_not_fit_is_shown_as_damaged(registry, version, file, data, problem):
    forge(version, file, data)
    assert registry.versions(VARIANT) == []
    assert problem in registry.damaged(VARIANT)[version.name]
    assert_refused(registry, version, file)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{}", b"[]", b'{"actor.pt": {}}', b'{"../x": {"sha256": "", "size": 0}}']
)
def test_a_manifest_that_says_nothing_is_refused(registry, version, data):
    (version.path / MANIFEST).write_bytes(data)
    assert_refused(registry, version, MANIFEST)
    assert MANIFEST in registry.damaged(VARIANT)[version.name]


def test_tables_that_do_not_fit_are_refused(registry, version):
    log = (version.path / "training_log.parquet").read_bytes()
    forge(version, "training_log.parquet", b"PAR1 no PAR1")
    with pytest.raises(ArtifactError, match=r"training_log\.parquet is not a readable parquet"):
        registry.version(VARIANT, version.name).training_log()
    for file in ("baselines.parquet", "evaluation.parquet"):
        forge(version, file, log)
        with pytest.raises(ArtifactError, match=rf"{file} has other columns"):
            registry.version(VARIANT, version.name)
        assert f"{file} has other columns" in registry.damaged(VARIANT)[version.name]


def test_baselines_whose_weeks_do_not_fit_together_are_refused(registry, artifacts, version):
    [result] = artifacts.baselines
    for part in ("weights", "ends", "net"):
        short = dataclasses.replace(result, **{part: getattr(result, part)[:-1]})
        forge(version, "baselines.parquet", tables.pack_baselines([short]))
        with pytest.raises(ArtifactError, match=r"baselines\.parquet holds a baseline whose weeks"):
            registry.version(VARIANT, version.name)


def test_tensors_that_do_not_fit_are_refused(registry, version, tmp_path):
    for part, state in (
        ("actor", {"w": torch.tensor([float("inf")])}),
        ("critic", [1]),
        ("log_alpha", {1: 2}),
    ):
        torch.save(state, tmp_path / part)
        forge(version, f"{part}.pt", (tmp_path / part).read_bytes())
    held = registry.version(VARIANT, version.name)
    for part in ("actor", "critic", "log_alpha"):
        with pytest.raises(ArtifactError, match=rf"{part}\.pt holds"):
            held.tensors(part)


def test_a_champion_that_cannot_be_read_settles_nothing(registry, version):
    (version.path / "critic.pt").unlink()
    better = Registry(registry.root).save(small_artifacts(seed=9, cagr=9.0))
    settled = deciding.settle(registry, better)
    assert not settled.promoted
    assert "critic.pt is missing" in settled.gate.reason
    assert settled.prior_version == version.name == registry.current(VARIANT)


def test_damage_elsewhere_hides_no_healthy_version(registry, version):
    healthy = registry.save(dataclasses.replace(small_artifacts(seed=5)))
    (version.path / "actor.pt").unlink()
    assert [v.name for v in registry.versions(VARIANT)] == [healthy.name]
    assert set(registry.damaged(VARIANT)) == {version.name}


def test_the_unpickler_alone_refuses_every_class(tmp_path):
    trace = tmp_path / "trace"
    for payload in (_Touch(trace), frozenset, {"x": complex(1, 2)}):
        with pytest.raises(codecs.Unreadable, match="which is not data"):
            codecs.BuiltinsUnpickler(io.BytesIO(pickle.dumps(payload, protocol=4))).load()
    assert not trace.exists()
