"""What teaches a forecaster, and which weeks of it an epoch draws."""

import dataclasses
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from sac.config import FORECASTERS, ForecastSettings
from sac.forecast import lessons, training_steps, training_weeks
from sac.forecast.examples import Examples, epochs_of
from sac.forecast.inputs import complete, history, windows
from tests.support.synthetic import random_panel

SETTINGS = ForecastSettings(window=10, epochs=6, months=2, target="rank", fit_years=2, least_years=1)
STOCKS = 4


@pytest.fixture(scope="module")
def panel():
    return random_panel()  # 4 stocks, 2015 to 2019


def of(panel, settings=SETTINGS, year=2019):
    steps = training_steps(panel, year, settings)
    return Examples.of(history(panel), steps, panel.returns[steps], settings)


def bounded(panel, bound):
    return of(panel, dataclasses.replace(SETTINGS, epoch_examples=bound))


@pytest.mark.parametrize("bound", [1, 4, 100, 250, 400])
def test_an_epoch_draws_whole_weeks_within_its_bound(panel, bound):
    examples = bounded(panel, bound)
    for weeks in epochs_of(examples, seed=7):
        windows, targets = examples.drawn(weeks)
        assert len(targets) == len(weeks) * STOCKS <= max(bound, STOCKS)
        assert [len(window) for window in windows] == [len(targets)] * 2
        np.testing.assert_allclose(
            targets.reshape(-1, STOCKS).mean(axis=1), 0.0, atol=1e-6
        )  # ranks of a week


def test_every_week_has_its_turn_before_one_comes_again(panel):
    examples = bounded(panel, 100)
    drawn = [week for weeks in epochs_of(examples, seed=7) for week in weeks]
    assert len(drawn) == 6 * 25
    assert set(drawn) == set(range(len(examples.steps)))
    assert np.bincount(drawn).max() == 2
    assert drawn != [week for weeks in epochs_of(examples, seed=8) for week in weeks]


@pytest.mark.parametrize("bound", [0, 416, 10_000])
def test_with_room_for_all_weeks_an_epoch_has_them_all_in_order(panel, bound):
    examples = bounded(panel, bound)
    assert len(examples.steps) * STOCKS <= 416
    assert epochs_of(examples, seed=7) == [tuple(range(len(examples.steps)))] * 6


def test_examples_are_told_as_if_all_windows_were_cut_at_once(panel):
    examples, told = of(panel), bytearray()
    examples.tell(told.extend)
    every = windows(history(panel), examples.steps, SETTINGS)
    known = complete(every)
    assert bytes(told) == b"".join(
        [*(window[known].tobytes() for window in every), examples.targets[known].tobytes()]
    )


def test_a_week_without_an_example_is_never_drawn():
    panel = random_panel(first="2018-01-02", last="2019-12-31")
    steps = np.arange(60)  # the first have no windows yet
    settings = dataclasses.replace(SETTINGS, epoch_examples=STOCKS)
    examples = Examples.of(history(panel), steps, panel.returns[steps], settings)
    assert 0 < len(examples.steps) < 60
    for weeks in epochs_of(examples, seed=7):
        assert len(examples.drawn(weeks)[1]) == STOCKS


def test_examples_of_many_stocks_are_never_held_all_at_once():
    settings = dataclasses.replace(FORECASTERS["lstm"], epoch_examples=2_000)
    panel = random_panel(stocks=200, first="2012-01-02", last="2018-12-31")
    past = history(panel)
    tracemalloc.start()
    try:
        lesson = lessons.lesson_of(panel, past, 2018, settings, Path())
        for weeks in epochs_of(lesson.examples, seed=7):
            lesson.examples.drawn(weeks)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * len(lesson.examples) * 4 * (settings.window + 4 * settings.months)


def test_a_bound_is_what_a_forecaster_costs(panel):
    years = training_weeks(panel, SETTINGS)
    settings = dataclasses.replace(SETTINGS, epoch_examples=60 * STOCKS)
    assert training_weeks(panel, settings) == {year: min(weeks, 60) for year, weeks in years.items()}
    assert max(years.values()) > 60
    lesson = lessons.lesson_of(panel, history(panel), 2019, settings, None)
    assert lesson.work == 60 * STOCKS * settings.epochs
