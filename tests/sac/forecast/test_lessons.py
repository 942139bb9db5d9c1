"""Forecasters side by side: the same bytes as one after the other, and nobody left behind."""

import dataclasses
import hashlib
import json
import multiprocessing
from pathlib import Path

import pytest

from sac import processes
from sac.config import ForecastSettings
from sac.errors import Cancelled, DeskError
from sac.forecast import fitting, lessons, walk_forward
from sac.forecast.inputs import history
from tests.support.synthetic import random_panel

pytestmark = pytest.mark.slow

SETTINGS = ForecastSettings(
    window=5,
    hidden=2,
    epochs=2,
    batch_size=64,
    fit_years=2,
    least_years=1,
    members=2,
    epoch_examples=3 * 60,  # of the first year all
)


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=3, first="2014-01-02", last="2019-12-31")


@pytest.fixture
def helper():
    with processes.helpers(1) as executors:
        executors[0].submit(int).result()  # it is there, so it takes its share however little there is
        yield executors
    assert not at_work()


def at_work():
    return [child for child in multiprocessing.active_children() if "Spawn" in type(child).__name__]


def kept(folder):
    return {path.name: path.read_bytes() for path in (folder / "forecasts").iterdir()}


def ignore(fraction, news):
    """Nobody listens."""


def test_a_helper_fits_the_same_bytes(panel, helper, tmp_path, monkeypatch):
    alone = walk_forward(panel, SETTINGS, tmp_path / "one")
    told, here, fit = [], [], lessons.School.fit

    def noted(self, year, tell):
        here.append(year)
        fit(self, year, tell)

    monkeypatch.setattr(lessons.School, "fit", noted)
    folder = tmp_path / "two"
    together = walk_forward(panel, SETTINGS, folder, lambda *news: told.append(news), helpers=helper)
    assert kept(tmp_path / "one") == kept(tmp_path / "two")
    assert 0 < len(here) < len(kept(tmp_path / "two"))  # both did some
    assert alone.values.tobytes() == together.values.tobytes()
    assert alone.alphas.tobytes() == together.alphas.tobytes()
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert any("forecasters: 4 of 5 fitted, 2 at a time" in news for _, news in told)


def test_what_is_kept_is_not_fitted_again(panel, helper, tmp_path, monkeypatch):
    walk_forward(panel, SETTINGS, tmp_path)
    monkeypatch.setattr(lessons, "RemoteHandle", None)  # calling it would fail
    walk_forward(panel, SETTINGS, tmp_path, helpers=helper)


def test_a_helper_that_dies_is_one_clear_failure(panel, tmp_path):
    def kill(fraction, news):
        for child in at_work():
            child.kill()

    years = sorted(set(panel.years.tolist()))[1:]
    told = r"A process that fitted a forecaster died, perhaps for want of memory\. Fitted years are kept"
    with processes.helpers(1) as executors, pytest.raises(DeskError, match=told):
        lessons.fit_missing(panel, years, SETTINGS, tmp_path, executors, kill)
    assert not at_work()
    lessons.fit_missing(panel, years, SETTINGS, tmp_path, [], ignore)
    assert len(kept(tmp_path)) == len(years)


def test_a_stop_ends_the_helpers(panel, tmp_path):
    def stop(fraction, news):
        raise Cancelled

    with pytest.raises(Cancelled), processes.helpers(1) as executors:
        walk_forward(panel, SETTINGS, tmp_path, stop, helpers=executors)
    assert not at_work()


def kept_as(panel, bound):
    """What teaches the forecaster of 2019, and where it is kept."""
    settings = dataclasses.replace(SETTINGS, epoch_examples=bound)
    return lessons.lesson_of(panel, history(panel), 2019, settings, Path())


def test_a_forecaster_that_no_bound_shaped_is_kept_as_it_was_before_there_were_bounds(panel):
    free = kept_as(panel, 0)
    shaping = dataclasses.asdict(free.examples.settings)
    for name in ("half_life", "seen", "epoch_examples"):
        del shaping[name]
    key = hashlib.sha256(json.dumps({**free.identity, "settings": shaping}, sort_keys=True).encode())
    free.examples.tell(key.update)
    assert free.path == Path("forecasts", f"{key.hexdigest()}.pt")
    assert kept_as(panel, len(free.examples)).path == free.path
    assert kept_as(panel, len(free.examples) - 1).path != free.path


def test_a_bound_with_room_for_all_fits_the_same_bytes_as_none(panel):
    fitted = [kept_as(panel, bound).examples for bound in (0, 3 * 104, 3 * 60, 3 * 60)]
    states = [fitting.fit(examples, 7, lambda epoch: None)["parameters"] for examples in fitted]
    free, roomy, bounded, again = [
        b"".join(value.numpy().tobytes() for value in state.values()) for state in states
    ]
    assert free == roomy
    assert bounded == again
    assert bounded != free
