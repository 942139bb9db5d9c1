import numpy as np

from sac.agent import FEATURES, PortfolioScaler


def features(seed=0, weeks=50):
    values = np.random.default_rng(seed).normal(3.0, 2.0, (weeks, 4, len(FEATURES)))
    values[:, :, 2] = np.nan
    values[:5, 1, 0] = np.nan
    return values


def test_known_values_are_standardised_and_unknown_ones_become_the_mean():
    values = features()
    scaler = PortfolioScaler.fit(values)
    scaled = scaler.transform(values)
    known = np.isfinite(values)
    for i in (0, 1, 7):
        seen = scaled[..., i][known[..., i]]
        np.testing.assert_allclose([seen.mean(), seen.std()], [0, 1], atol=1e-12)
    assert (scaled[~known] == 0).all()
    assert scaler.mean[2] == 0
    assert scaler.scale[2] == 1


def test_a_constant_feature_does_not_explode():
    values = features()
    values[..., 4] = 7.0
    assert (PortfolioScaler.fit(values).transform(values)[..., 4] == 0).all()


def test_the_payload_brings_the_same_scaler_back():
    scaler = PortfolioScaler.fit(features())
    again = PortfolioScaler.from_payload(scaler.payload())
    np.testing.assert_array_equal(again.transform(features(1)), scaler.transform(features(1)))
