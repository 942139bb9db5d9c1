import dataclasses

import numpy as np
import pytest

from sac.config import ForecastSettings
from sac.forecast import fitting

KINDS = list(fitting.BUILDERS)


@pytest.fixture(scope="module", params=KINDS)
def state(request):
    """A forecaster of the product's size, fitted to next to nothing."""
    settings = ForecastSettings(kind=request.param, epochs=1)
    rng = np.random.default_rng(0)
    inputs = rng.normal(0.0, 0.01, (300, settings.window, 1)).astype(np.float32)
    targets = rng.normal(0.002, 0.03, 300).astype(np.float32)
    learned = fitting.fit(inputs, targets, settings, 7, lambda epoch: None)
    return {"settings": dataclasses.asdict(settings), **learned}


def weeks(count, stocks=15):
    return np.random.default_rng(1).normal(0.0, 0.01, (count, stocks, 60, 1)).astype(np.float32)


def test_a_forecast_does_not_depend_on_how_many_weeks_are_asked_for(state):
    many = fitting.predict(state, weeks(40))
    for start, stop in ((0, 1), (0, 13), (39, 40)):
        assert fitting.predict(state, weeks(40)[start:stop]).tobytes() == many[start:stop].tobytes()


def test_a_window_with_a_gap_has_no_forecast_and_disturbs_no_other(state):
    whole, holed = weeks(3), weeks(3)
    holed[1, 4, 30] = np.nan
    expected = fitting.predict(state, whole)
    expected[1, 4] = np.nan
    np.testing.assert_array_equal(fitting.predict(state, holed), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_the_untrained_forecast_is_the_mean_of_the_examples(kind):
    settings = ForecastSettings(kind=kind, epochs=1, learning_rate=1e-7)
    rng = np.random.default_rng(0)
    inputs = rng.normal(0.0, 0.01, (300, 60, 1)).astype(np.float32)
    targets = rng.normal(0.002, 0.03, 300).astype(np.float32)
    learned = fitting.fit(inputs, targets, settings, 7, lambda epoch: None)
    predicted = fitting.predict({"settings": dataclasses.asdict(settings), **learned}, weeks(2))
    np.testing.assert_allclose(predicted, targets.mean(dtype=np.float64), atol=1e-6)
