"""Versions come back as they were written, and nothing else is listed."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from sac.errors import ArtifactError
from sac.registry import Registry
from sac.registry.folder import FILES, MANIFEST
from tests.support.small_versions import VARIANT, WEEKS, small_artifacts


def test_everything_comes_back_to_the_last_bit(registry, artifacts):
    registry.save(artifacts)
    version = Registry(registry.root).version(VARIANT, artifacts.metadata.version)

    assert {p.name for p in version.path.iterdir()} == {*FILES, MANIFEST}
    assert (version.name, version.variant) == (artifacts.metadata.version, VARIANT)
    assert version.settings == artifacts.settings
    assert version.symbols == artifacts.symbols
    assert version.scaler() == artifacts.scaler
    assert version.metadata == artifacts.metadata
    pd.testing.assert_frame_equal(version.training_log(), artifacts.training_log, check_exact=True)


@pytest.mark.parametrize("table", ["evaluation", "baselines"])
def test_the_walks_come_back_exactly(registry, artifacts, table):
    version = registry.save(artifacts)
    if table == "evaluation":
        read, written = version.evaluation(), artifacts.evaluation
    else:
        [read], [written] = version.baselines(), artifacts.baselines
    assert (read.name, read.symbols) == (written.name, written.symbols)
    for field in dataclasses.fields(written)[2:]:
        one, other = getattr(read, field.name), getattr(written, field.name)
        assert one.dtype == other.dtype, field.name
        assert one.shape == other.shape, field.name
        assert one.tobytes() == other.tobytes(), field.name


def test_an_index_comes_back_and_baselines_of_other_weeks_are_not_saved(registry, artifacts):
    [result] = artifacts.baselines
    index = dataclasses.replace(
        result, name="Index", symbols=(), weights=np.ones((WEEKS, 1)), growth=np.ones((WEEKS, 1))
    )
    [read] = registry.save(dataclasses.replace(artifacts, baselines=[index])).baselines()
    assert (read.symbols, read.weights.shape, read.growth.shape) == ((), (WEEKS, 1), (WEEKS, 1))
    late = dataclasses.replace(result, fills=result.fills + 7)
    with pytest.raises(ArtifactError, match=r"baselines\.parquet holds other weeks"):
        registry.save(dataclasses.replace(small_artifacts(seed=3), baselines=[late]))


def test_an_evaluation_without_members_comes_back(registry, artifacts):
    nobody = np.empty((WEEKS, 0))
    alone = dataclasses.replace(artifacts.evaluation, members=nobody, entries=nobody)
    version = registry.save(dataclasses.replace(artifacts, evaluation=alone))
    assert version.evaluation().members.shape == (WEEKS, 0)


@pytest.mark.parametrize("part", ["actor", "critic", "critic_target", "log_alpha"])
def test_networks_come_back_exactly(registry, artifacts, part):
    read, written = registry.save(artifacts).tensors(part), getattr(artifacts, part)
    assert list(read) == list(written)
    assert all(torch.equal(read[name], written[name]) for name in written)


def test_nested_state_comes_back(registry, artifacts):
    version = registry.save(artifacts)
    optimizers = version.tensors("optimizers")
    assert optimizers["actor"]["groups"] == [{"lr": 3e-4, "on": True}]
    assert optimizers["actor"]["state"][0]["step"] == 7.0
    assert version.tensors("folds")["scalers"] == [{"mean": [0.0, 0.1]}]
    assert version.tensors("forecaster")["year"] == 2018
    with pytest.raises(ValueError, match="no tensors called"):
        version.tensors("../actor")


def test_an_empty_target_critic_is_fine(registry, artifacts):
    version = registry.save(dataclasses.replace(artifacts, critic_target={}))
    assert version.tensors("critic_target") == {}


def test_the_same_artifacts_are_the_same_bytes(tmp_path, artifacts):
    one = Registry(tmp_path / "one").save(artifacts).path
    other = Registry(tmp_path / "other").save(small_artifacts()).path
    for name in (*FILES, MANIFEST):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_view_does_not_take_its_storage_along(registry, artifacts):
    many = torch.randn(50_000, 2, requires_grad=True)
    version = registry.save(dataclasses.replace(artifacts, actor={"w": many[:2]}))
    assert (version.path / "actor.pt").stat().st_size < 10_000
    assert not version.tensors("actor")["w"].requires_grad


def test_an_existing_version_is_returned_unchanged(registry, artifacts):
    path = registry.save(artifacts).path
    before = {p.name: (p.stat().st_ino, p.read_bytes()) for p in path.iterdir()}
    later = dataclasses.replace(artifacts.metadata, created_at="2027-01-01T00:00:00+00:00")
    again = registry.save(dataclasses.replace(artifacts, metadata=later))
    assert {p.name: (p.stat().st_ino, p.read_bytes()) for p in path.iterdir()} == before
    assert again.metadata.created_at == artifacts.metadata.created_at


def test_versions_are_listed_newest_first(registry):
    for seed, day in ((1, "02"), (2, "03"), (3, "01")):
        registry.save(small_artifacts(seed, created_at=f"2026-01-{day}T00:00:00+00:00"))
    assert [v.settings.seed for v in registry.versions(VARIANT)] == [2, 1, 3]
    assert registry.damaged(VARIANT) == {}


def test_an_empty_registry_holds_nothing(registry):
    assert registry.versions(VARIANT) == []
    assert registry.damaged(VARIANT) == {}
    assert registry.current(VARIANT) is None
    assert registry.champion(VARIANT) is None
    with pytest.raises(ArtifactError, match="There is no version"):
        registry.version(VARIANT, "v2022-12-23-0123456789ab")


@pytest.mark.parametrize(
    "variant", ["../sac_lstm", "sac/lstm", "", ".", "..", "SAC", "sac_lstm\n", "sac\0", "/x"]
)
def test_no_variant_leads_out_of_the_registry(registry, variant):
    for ask in (registry.versions, registry.damaged, registry.current, registry.champion):
        with pytest.raises(ArtifactError, match="not a valid variant name"):
            ask(variant)


@pytest.mark.parametrize(
    "name",
    [
        *("..", "../../x", "current", "", ".staging-1"),
        *("v2022-12-23-0123456789ab/..", "v2022-12-23-0123456789ab\n", "v2022-12-23-0123456789AB"),
        *("v٢٠٢٢-12-23-0123456789ab", "v2022-12-23-0123456789ab-ft-ft"),
    ],
)
def test_no_version_leads_out_of_the_variant(registry, artifacts, name):
    registry.save(artifacts)
    for ask in (registry.version, registry.set_current):
        with pytest.raises(ArtifactError, match="not a valid version name"):
            ask(VARIANT, name)
    bent = dataclasses.replace(artifacts, metadata=dataclasses.replace(artifacts.metadata, version=name))
    with pytest.raises(ArtifactError, match="not a valid version name"):
        registry.save(bent)


def _with(artifacts, **changes):
    return dataclasses.replace(artifacts, **changes)


@pytest.mark.parametrize(
    ("changes", "file"),
    [
        ({"actor": {"w": torch.tensor([1.0, float("nan")])}}, "actor.pt holds a number in w"),
        ({"critic": {"q": [1.0]}}, "critic.pt holds something else"),
        ({"folds": {"x": np.float64(1.0)}}, "folds.pt holds a float64"),
        (
            {"scaler": {key: [] for key in ("features", "mean", "scale", "low", "high")}},
            "scaler.pkl is for other features",
        ),
        ({"symbols": ("A", "A", "B")}, "symbol_order.json must list every stock once"),
        ({"symbols": ("A", "B", "CASH")}, "symbol_order.json must list every stock once"),
        ({"symbols": ("S01", "S00", "S02")}, "symbol_order.json lists other symbols"),
    ],
)
def test_artifacts_that_make_no_version_leave_nothing(registry, artifacts, changes, file):
    with pytest.raises(ArtifactError, match=f"was not saved: {file}"):
        registry.save(_with(artifacts, **changes))
    assert not list(registry.root.glob("*/*"))


def test_the_pointer_names_a_verified_version(registry):
    one, other = registry.save(small_artifacts(1)), registry.save(small_artifacts(2))
    registry.set_current(VARIANT, one.name)
    assert registry.current(VARIANT) == one.name
    registry.set_current(VARIANT, other.name)
    assert registry.champion(VARIANT).settings.seed == 2
    (one.path / "folds.pt").write_bytes(b"short")
    with pytest.raises(ArtifactError, match=r"folds\.pt"):
        registry.set_current(VARIANT, one.name)
    assert registry.current(VARIANT) == other.name


@pytest.mark.parametrize(
    "text", [b"", b"../../etc", b"\xff\xfe", b"v2022-12-23-0123456789ab " * 2, b"x" * (2 << 20)]
)
def test_a_pointer_that_names_nothing_is_refused(registry, artifacts, text):
    home = registry.save(artifacts).path.parent
    (home / "current").write_bytes(text)
    with pytest.raises(ArtifactError, match="sac_lstm/current"):
        registry.champion(VARIANT)
    registry.set_current(VARIANT, artifacts.metadata.version)
    assert registry.champion(VARIANT).name == artifacts.metadata.version


def test_a_pointer_that_is_a_link_is_refused(registry, artifacts, tmp_path):
    version = registry.save(artifacts)
    (tmp_path / "elsewhere").write_text(version.name)
    os.symlink(tmp_path / "elsewhere", version.path.parent / "current")
    with pytest.raises(ArtifactError, match="cannot be read"):
        registry.current(VARIANT)


def test_reading_an_evaluation_does_not_load_torch(registry, artifacts):
    registry.set_current(VARIANT, registry.save(artifacts).name)
    code = (
        "import sys; from pathlib import Path; from sac.registry import Registry\n"
        f"v = Registry(Path({str(registry.root)!r})).champion({VARIANT!r})\n"
        "v.evaluation(), v.training_log(), v.scaler()\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
