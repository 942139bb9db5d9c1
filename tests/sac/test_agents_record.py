"""The agents' own record of versions that did not store it."""

import dataclasses
import shutil

import numpy as np
import pytest

from sac import assembly, training
from sac.agents_record import agents_record
from sac.config import FINETUNE_WEEKS
from sac.errors import DataError
from sac.evidence.comparison import on_weeks
from sac.forecast import walk_forward
from sac.registry import Registry
from tests.support.older_versions import as_engine_3, without_own_record
from tests.support.small_trainings import CLOSES, TINY
from tests.support.synthetic import panel_of

VALIDATED = dataclasses.replace(TINY, validation_weeks=FINETUNE_WEEKS, follow="agents")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A folder with a version as engine 3 stored it, and what its agents earned; for reading only."""
    folder = tmp_path_factory.mktemp("older")
    registry, panel = Registry(folder / "models"), panel_of(CLOSES)
    version = training.full("sac_lstm", panel, VALIDATED, registry, folder / "cache").version
    forecasts = walk_forward(panel, VALIDATED.forecast, folder / "cache")
    known = panel.with_forecasts(forecasts.values)
    version, own = as_engine_3(version, known, [False, True, False])
    return folder, version, own


@pytest.fixture
def older(stored, tmp_path):
    """The same in a folder that may be changed."""
    folder, version, own = stored
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path, Registry(tmp_path / "models").version(version.variant, version.name), own


def test_what_was_not_stored_is_run_again_and_kept(older, monkeypatch):
    folder, version, own = older
    assert version.agents() is None
    found = agents_record(version, panel_of(CLOSES), folder / "cache")
    np.testing.assert_array_equal(found.weights, own.weights)
    np.testing.assert_array_equal(found.members, own.members)
    doubted = found.folds == 1
    assert not np.allclose(found.weights[doubted], version.evaluation().weights[doubted])
    # The first week begins with another portfolio, which the agents see; soon both hold the same.
    traded = version.evaluation().weights[~doubted]
    np.testing.assert_allclose(found.weights[~doubted][1:], traded[1:], atol=1e-4)
    monkeypatch.setattr(assembly, "restored", None)  # nothing is run a second time
    again = agents_record(version, panel_of(CLOSES), folder / "cache")
    np.testing.assert_array_equal(again.net, own.net)
    np.testing.assert_array_equal(again.entries, own.entries)


def test_forecasts_are_fitted_for_the_evaluation_alone(older):
    folder, version, own = older
    shutil.rmtree(folder / "cache")
    found = agents_record(version, panel_of(CLOSES), folder / "cache")
    np.testing.assert_array_equal(found.weights, own.weights)
    years = np.unique(own.decisions.astype("datetime64[Y]"))
    assert len(list((folder / "cache" / "forecasts").iterdir())) == len(years)


def test_a_damaged_copy_is_run_again_and_replaced(older):
    folder, version, own = older
    agents_record(version, panel_of(CLOSES), folder / "cache")
    [copy] = (folder / "cache" / "agents").iterdir()
    whole = copy.read_bytes()
    for damaged in (whole[:-80], whole[:300] + b"\0" + whole[301:], b""):
        copy.write_bytes(damaged)
        found = agents_record(version, panel_of(CLOSES), folder / "cache")
        np.testing.assert_array_equal(found.weights, own.weights)
        assert copy.read_bytes() == whole


def test_other_data_are_refused_by_their_name(older):
    folder, version, _ = older
    with pytest.raises(DataError, match="not those that it was trained on"):
        agents_record(version, panel_of(CLOSES * 1.01), folder / "cache")
    with pytest.raises(DataError, match="not those that it was trained on"):
        agents_record(version, panel_of(CLOSES[:-10]), folder / "cache")


@pytest.mark.parametrize("part", ["weights", "members"])
def test_what_does_not_reproduce_the_stored_record_is_refused(older, part):
    folder, version, _ = older
    record = version.evaluation()
    values = getattr(record, part).copy()
    values[-1] = values[-1][::-1] if part == "weights" else values[-1] + 0.001  # a fold that was followed
    changed = dataclasses.replace(record, **{part: values})
    rows, rules = np.arange(len(record.net)), version.settings.constraints
    altered = without_own_record(version, on_weeks(record.name, changed, rows, rules))
    with pytest.raises(DataError, match="running it again gave other"):
        agents_record(altered, panel_of(CLOSES), folder / "cache")
    assert not (folder / "cache" / "agents").exists()


def test_a_stored_record_is_taken_as_it_is(small_version, tmp_path):
    found = agents_record(small_version, panel_of(CLOSES * 1.01), tmp_path)
    np.testing.assert_array_equal(found.weights, small_version.agents().weights)
    assert not any(tmp_path.iterdir())
