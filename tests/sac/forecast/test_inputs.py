import dataclasses

import numpy as np
import pytest

from sac.config import ForecastSettings
from sac.errors import DataError
from sac.forecast.inputs import channels, complete, history, windows
from tests.support.synthetic import random_panel


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=3, first="2018-01-02", last="2018-06-29")


def test_a_window_holds_the_last_daily_log_returns_up_to_the_decision(panel):
    step, window = 10, 7
    ((seen,),) = windows(history(panel), np.array([step]), ForecastSettings(window=window))
    row = int(np.flatnonzero(panel.sessions == panel.decisions[step])[0])
    expected = np.log(panel.closes[row - 6 : row + 1] / panel.closes[row - 7 : row])  # (window, n)
    assert seen.shape == (3, window, 1)
    np.testing.assert_allclose(seen[..., 0], expected.T, rtol=1e-4, atol=1e-7)


def test_a_window_longer_than_history_is_missing(panel):
    seen = windows(history(panel), np.arange(4), ForecastSettings(window=10))
    # The third week has 11 closes and more.
    np.testing.assert_array_equal(complete(seen).all(axis=1), [False, False, True, True])


def test_weeks_stand_beside_the_sessions_and_end_at_the_decision(panel):
    step = 12
    _, (seen,) = windows(history(panel), np.array([step]), ForecastSettings(window=5, weeks=4))
    rows = np.searchsorted(panel.sessions, panel.decisions[step - 4 : step + 1])
    expected = np.diff(np.log(panel.closes[rows]), axis=0)  # (weeks, n)
    assert seen.shape == (3, 4, 1)
    np.testing.assert_allclose(seen[..., 0], expected.T, rtol=1e-4, atol=1e-7)
    short = windows(history(panel), np.arange(6), ForecastSettings(window=5, weeks=4))
    np.testing.assert_array_equal(complete(short).all(axis=1), [False] * 4 + [True] * 2)


def test_every_real_field_is_a_channel_in_a_fixed_order(panel):
    closes = panel.closes
    volume = np.full_like(closes, 1e6)
    more = dataclasses.replace(panel, prices={"volume": volume, "high": closes * 1.01, "close": closes})
    assert channels(more) == ("close", "high", "volume")
    daily = history(more).daily
    np.testing.assert_array_equal(daily[..., 0], history(panel).daily[..., 0])
    np.testing.assert_allclose(daily[1:, :, 1], np.log(1.01), rtol=1e-9)
    np.testing.assert_array_equal(daily[1:, :, 2], 0.0)


def test_an_unknown_field_is_refused(panel):
    strange = dataclasses.replace(panel, prices={"close": panel.closes, "moon": panel.closes})
    with pytest.raises(DataError, match="moon"):
        channels(strange)


def test_a_decision_without_a_price_of_its_own_uses_the_session_before(panel):
    step, window = 10, 5
    row = int(np.flatnonzero(panel.sessions == panel.decisions[step])[0])
    kept = np.arange(len(panel.sessions)) != row
    gap = dataclasses.replace(panel, sessions=panel.sessions[kept], prices={"close": panel.closes[kept]})
    past = history(gap)
    ((seen,),) = windows(past, np.array([step]), ForecastSettings(window=window))
    np.testing.assert_array_equal(seen[..., 0], past.daily[row - window : row, :, 0].T.astype(np.float32))
