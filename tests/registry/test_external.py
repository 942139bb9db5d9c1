"""Walks that were fitted elsewhere: the same weeks, whole files, names that are no paths."""

import dataclasses

import numpy as np
import pytest

from sac.config import Constraints
from sac.errors import ArtifactError, DataError, SettingsError
from sac.portfolio import BuyAndHold
from sac.registry.external import external_walk, read_walk, save_walk, stored_walks
from tests.registry.small_versions import small_artifacts
from tests.synthetic import random_panel


def market(seed=0, stocks=3):
    return random_panel(stocks=stocks, first="2018-01-02", last="2018-12-31", seed=seed)


@pytest.fixture
def version(registry):
    return registry.save(small_artifacts())


def test_a_walk_is_kept_as_it_was(version, tmp_path):
    walk = external_walk(BuyAndHold(Constraints(), name="Mine"), market(), version)
    np.testing.assert_array_equal(walk.fills, version.evaluation().fills)
    path = save_walk(tmp_path / "walks", walk)
    assert stored_walks(tmp_path / "walks") == [path]
    kept = read_walk(path)
    assert (kept.name, kept.symbols) == ("Mine", walk.symbols)
    np.testing.assert_array_equal(kept.net, walk.net)
    np.testing.assert_array_equal(kept.weights, walk.weights)


@pytest.mark.parametrize("other", [{"seed": 1}, {"stocks": 4}])
def test_another_market_is_refused(version, other):
    with pytest.raises(DataError, match="The panel"):
        external_walk(BuyAndHold(Constraints()), market(**other), version)


@pytest.mark.parametrize("name", ["../current", "", "a/b", ".hidden", "x" * 41])
def test_a_name_is_no_path(version, tmp_path, name):
    walk = dataclasses.replace(version.evaluation(), name=name)
    with pytest.raises(SettingsError, match="cannot name a strategy"):
        save_walk(tmp_path, walk)
    assert list(tmp_path.glob("*.parquet")) == []


def test_a_damaged_walk_is_refused_by_name(version, tmp_path):
    walk = external_walk(BuyAndHold(Constraints(), name="Mine"), market(), version)
    path = save_walk(tmp_path, walk)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtifactError, match=r"Mine\.parquet is no readable parquet"):
        read_walk(path)
    save_walk(tmp_path, walk)
    renamed = path.rename(tmp_path / "Other.parquet")
    with pytest.raises(ArtifactError, match=r"Other\.parquet does not hold the walk of its name"):
        read_walk(renamed)
