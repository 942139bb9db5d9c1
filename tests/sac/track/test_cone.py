"""The cone is what the back-test promises, and a record leaves it as often as it says."""

import numpy as np
import pytest

from benchmarks.cone import edge, fresh, measure, process, resampled
from sac.evidence.comparison import equal_weight
from sac.track.cone import YEAR, cone, deepest_shortfalls, promised_leads, standing

LEADS = 0.001 + process(np.random.default_rng(1), 1, 104)[0]


@pytest.fixture(scope="module")
def promise():
    return cone(LEADS)


def test_bands_widen_around_what_was_promised(promise):
    low, high = promise.bands[0], promise.bands[-1]
    assert promise.bands.shape == (5, YEAR)
    assert (np.diff(promise.bands, axis=0) > 0).all()
    assert promise.paths[:, -1].mean() == pytest.approx(YEAR * LEADS.mean(), abs=0.002)
    assert high[-1] - low[-1] > 2 * (high[3] - low[3])
    assert cone(LEADS, 80).bands.shape == (5, 80)
    np.testing.assert_array_equal(cone(LEADS).bands, promise.bands)


@pytest.mark.parametrize(
    ("weekly", "word"),
    [(LEADS.mean(), "inside"), (LEADS.mean() - 0.003, "below"), (LEADS.mean() + 0.003, "above")],
)
def test_a_record_is_inside_below_or_above(promise, weekly, word):
    found = standing(promise, np.full(26, weekly))
    assert (found.word, found.weeks, found.breached) == (word, 26, word != "inside")
    assert found.lead == pytest.approx(26 * weekly)
    at = promise.paths[:, 25]
    assert found.probability == pytest.approx((at < found.lead).mean(), abs=1e-9)
    assert (found.probability < 0.05) == (word == "below")
    assert (found.probability > 0.95) == (word == "above")


def test_one_bad_week_among_many_looks_is_not_as_rare_as_it_seems(promise):
    low = promise.bands[0, 7] - 0.0005
    found = standing(promise, np.full(8, low / 8))
    assert found.word == "below"
    assert found.anytime > 2 * found.probability


def test_the_shortfall_is_the_deepest_of_all_weeks_and_never_negative():
    assert deepest_shortfalls(np.array([0.01, -0.05, 0.08]), 0.01) == pytest.approx(0.06)
    assert deepest_shortfalls(np.array([0.02, 0.02]), 0.01) == 0.0


def test_a_record_that_was_equal_weights_promises_nothing(small_version):
    flat = cone(np.zeros(104))
    assert flat.flat
    same, other = standing(flat, np.zeros(3)), standing(flat, np.array([0.0, -0.01]))
    assert (same.word, same.probability) == ("inside", 0.5)
    assert other.word == "below"
    record = small_version.evaluation()
    equal = equal_weight(record, np.arange(len(record.net)), small_version.settings.constraints)
    np.testing.assert_allclose(np.exp(promised_leads(small_version)), (1 + record.net) / (1 + equal.net))


def test_false_alarms_are_as_rare_as_the_band_says_and_a_lost_edge_is_noticed():
    healthy, lost = measure(40, resampled), measure(40, resampled, lost=True)
    assert 0.01 < healthy["at week 26"] < 0.10
    assert 0.01 < healthy["at week 104"] < 0.10
    assert lost["any week to 52"] > lost["at week 52"] > 0.5
    assert lost["shortfall in a year"] > 0.5


def test_the_benchmarks_edge_is_one_standard_error_a_quarter():
    quarters = process(np.random.default_rng(2), 4000, 13).sum(axis=1)
    assert 13 * edge() == pytest.approx(quarters.std(), rel=0.08)
    assert fresh(LEADS, 26, 0).shape == resampled(LEADS, 26, 0).shape == (4, 26)
