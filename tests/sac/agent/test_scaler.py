import numpy as np

from sac.agent import PortfolioScaler


def features(seed=0):
    """Each feature in its own units, some values missing, one of the eight never known."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(200, 5, 8)) * np.arange(1, 9) + 3
    values[rng.random(values.shape) < 0.2] = np.nan
    values[..., 2] = np.nan
    return values


def test_known_values_are_standardised_and_unknown_ones_become_the_mean():
    values = features()
    scaled = PortfolioScaler.fit(values).transform(values)
    known = np.isfinite(values)
    for i in (0, 1, 3, 4, 5, 6, 7):
        seen = scaled[..., i][known[..., i]]
        np.testing.assert_allclose([seen.mean(), seen.std()], [0, 1], atol=1e-12)
    assert (scaled[~known] == 0).all()


def test_a_feature_that_is_never_known_stays_at_zero():
    scaler = PortfolioScaler.fit(features())
    assert (scaler.mean[2], scaler.scale[2]) == (0, 1)
    assert (scaler.transform(features(1))[..., 2] == 0).all()


def test_an_outlier_of_a_signal_is_pulled_in_and_one_of_the_forecast_is_not():
    values = features()
    usual = PortfolioScaler.fit(values)
    values[7, 3, 5] = values[7, 3, 7] = 1e6
    scaler = PortfolioScaler.fit(values)
    assert scaler.scale[5] < 1.1 * usual.scale[5]
    assert scaler.transform(values)[7, 3, 5] < 4
    assert scaler.scale[7] > 100 * usual.scale[7]
    assert scaler.transform(values)[7, 3, 7] > 20


def test_limits_come_from_the_window_that_was_fitted_and_hold_for_later_weeks():
    scaler = PortfolioScaler.fit(features())
    later = np.full((1, 1, 8), 1e9)
    assert scaler.transform(later)[0, 0, 0] == (scaler.high[0] - scaler.mean[0]) / scaler.scale[0]


def test_a_feature_that_never_changes_has_scale_one():
    assert (PortfolioScaler.fit(np.full((50, 3, 8), 7.0)).scale == 1).all()


def test_the_payload_brings_the_same_scaler_back():
    scaler = PortfolioScaler.fit(features())
    again = PortfolioScaler.from_payload(scaler.payload())
    np.testing.assert_array_equal(again.transform(features(1)), scaler.transform(features(1)))
