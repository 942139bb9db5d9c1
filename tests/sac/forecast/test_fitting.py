import dataclasses

import numpy as np
import pytest

from sac.config import FORECASTERS, ForecastSettings
from sac.forecast import fitting
from sac.forecast.examples import Examples
from sac.forecast.inputs import History

SIZES = [*FORECASTERS.values(), ForecastSettings("lstm"), ForecastSettings("patchtst")]  # and engine 4's


def ignore(epoch):
    """Nobody listens."""


def windows(settings, count):
    """As a forecaster of these settings reads them."""
    rng = np.random.default_rng(0)
    lengths = [settings.window, *([4 * settings.months] if settings.months else [])]
    return [rng.normal(0.0, 0.01, (count, length, 1)).astype(np.float32) for length in lengths]


def examples(settings, weeks=20, stocks=15):
    """What would teach it, and what followed."""
    rng, before = np.random.default_rng(0), 60  # weeks that are no examples
    sessions = rng.normal(0.0, 0.01, (5 * (before + weeks), stocks, 1))
    past = History(sessions, sessions[::5, :, 0], np.arange(4, len(sessions), 5))
    returns = rng.normal(0.002, 0.03, (weeks, stocks))
    return Examples.of(past, before + np.arange(weeks), returns, settings)


@pytest.fixture(scope="module", params=SIZES, ids=lambda each: f"{each.kind}, {each.months} months")
def settings(request):
    return dataclasses.replace(request.param, epochs=1)


@pytest.fixture(scope="module")
def state(settings):
    """A forecaster of the product's size, fitted to next to nothing."""
    learned = fitting.fit(examples(settings), 7, ignore)
    return {"settings": dataclasses.asdict(settings), **learned}


def weeks(count, settings, stocks=15):
    return [window.reshape(count, stocks, -1, 1) for window in windows(settings, count * stocks)]


def test_a_forecast_does_not_depend_on_how_many_weeks_are_asked_for(state, settings):
    asked = weeks(40, settings)
    many = fitting.predict(state, asked)
    for start, stop in ((0, 1), (0, 13), (39, 40)):
        fewer = [window[start:stop] for window in asked]
        assert fitting.predict(state, fewer).tobytes() == many[start:stop].tobytes()


def test_a_window_with_a_gap_has_no_forecast_and_disturbs_no_other(state, settings):
    expected = fitting.predict(state, weeks(3, settings))
    expected[1, 4] = np.nan
    for resolution in range(1 + bool(settings.months)):
        holed = weeks(3, settings)
        holed[resolution][1, 4, 30] = np.nan
        np.testing.assert_array_equal(fitting.predict(state, holed), expected)


def test_the_untrained_forecast_is_the_mean_of_the_examples(settings):
    slow = dataclasses.replace(settings, learning_rate=1e-7)
    given = examples(slow)
    learned = fitting.fit(given, 7, ignore)
    predicted = fitting.predict({"settings": dataclasses.asdict(slow), **learned}, weeks(2, slow))
    mean = given.targets.mean(dtype=np.float64) * (given.unit or 1.0)
    np.testing.assert_allclose(predicted, mean, atol=1e-6)


def test_members_are_fitted_from_seeds_of_their_own_and_averaged():
    settings = ForecastSettings(epochs=1, hidden=4)
    seeds = (7, 100_000_007)
    alone = [fitting.fit(examples(settings), seed, ignore) for seed in seeds]
    both = dataclasses.replace(settings, members=2)
    epochs = []
    learned = fitting.fit(examples(both), 7, epochs.append)
    assert epochs == [1, 2]
    asked = weeks(3, settings)
    said = [fitting.predict({"settings": dataclasses.asdict(settings), **one}, asked) for one in alone]
    mean = fitting.predict({"settings": dataclasses.asdict(both), **learned}, asked)
    assert np.abs(said[0] - said[1]).max() > 1e-6
    np.testing.assert_allclose(mean, np.mean(said, axis=0), rtol=1e-5)


def test_a_score_is_said_in_the_unit_of_a_return():
    settings = ForecastSettings(epochs=1, hidden=4)
    given = examples(settings)
    plain, scored = (fitting.fit(dataclasses.replace(given, unit=unit), 7, ignore) for unit in (None, 0.5))
    asked, named = weeks(2, settings), {"settings": dataclasses.asdict(settings)}
    halves = fitting.predict({**named, **scored}, asked)
    np.testing.assert_allclose(halves, 0.5 * fitting.predict({**named, **plain}, asked), rtol=1e-5)
