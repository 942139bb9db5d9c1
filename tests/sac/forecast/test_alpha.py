import dataclasses

import numpy as np
import pytest

from sac.forecast.alpha import NO_RECORD, SkillRecord, calibrated, skill_record
from sac.forecast.skill import rank_correlations, rank_scores
from tests.support.synthetic import random_panel


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)  # 2015 to 2019


def foreseen(panel, skill, seed=0):
    """Forecasts that hold so much of the coming week's return."""
    noise = np.random.default_rng(seed).normal(0.0, 0.03, panel.returns.shape)
    return skill * np.nan_to_num(panel.returns) + (1.0 - skill) * noise


def alpha(panel, forecasts, before=NO_RECORD):
    return calibrated(panel, forecasts, skill_record(panel, forecasts, before))


def test_alpha_is_score_times_volatility_times_the_shrunken_mean_of_known_rank_ics(panel):
    forecasts, step = foreseen(panel, 0.5), 150
    known = panel.steps_known_at(step)
    ic = rank_correlations(forecasts[:known], panel.returns[:known])
    expected = ic.mean() / (1.0 + ic.var(ddof=1) / len(ic) / 0.03**2)
    rows = np.searchsorted(panel.sessions, panel.decisions[step - 52 : step + 1])
    volatility = np.diff(np.log(panel.closes[rows]), axis=0).std(axis=0, ddof=1)
    ranks = forecasts[step].argsort().argsort() - 2.5
    by_hand = ranks / ranks.std() * volatility * expected
    assert expected > 0.1
    np.testing.assert_allclose(alpha(panel, forecasts)[step], by_hand, rtol=1e-9)


def test_nothing_is_said_without_a_record_nor_with_one_that_shows_no_skill(panel):
    forecasts = foreseen(panel, 0.5)
    assert (alpha(panel, forecasts)[:3] == 0.0).all()  # two weeks of record are the least
    np.testing.assert_array_equal(alpha(panel, -forecasts), 0.0)


def test_it_falls_silent_when_skill_is_gone(panel):
    """Five years of none end it, however good the years before were."""
    weeks = np.datetime64("2000-01-07") + 7 * np.arange(600)
    scatter, forecasts = 0.01 * (-1.0) ** np.arange(600), foreseen(panel, 0.5)
    skilled = SkillRecord(weeks, 0.06 + scatter)
    gone = SkillRecord(weeks, np.where(np.arange(600) < 340, 0.06, -0.001) + scatter)
    assert (calibrated(panel, forecasts, gone)[60] == 0.0).all()
    assert np.abs(calibrated(panel, forecasts, skilled)[60]).max() > 0.0005


def test_a_missing_forecast_has_no_alpha(panel):
    forecasts = foreseen(panel, 0.5)
    forecasts[100] = np.nan
    said = alpha(panel, forecasts)
    assert np.isnan(said[100]).all()
    assert np.isfinite(np.delete(said, 100, axis=0)).all()


def test_what_came_later_changes_no_alpha(panel):
    forecasts, step = foreseen(panel, 0.5), 150
    weeks, known = np.arange(len(panel.returns))[:, None], panel.steps_known_at(step)
    later = dataclasses.replace(
        panel,
        returns=np.where(weeks >= known, 0.1 * np.arange(6), panel.returns),
        gaps=np.where(weeks >= step, 0.5, panel.gaps),
        seen=np.where(weeks >= step, 0.5, panel.seen),
    )
    assert alpha(later, forecasts)[: step + 1].tobytes() == alpha(panel, forecasts)[: step + 1].tobytes()
    assert not np.array_equal(alpha(later, forecasts)[step + 3 :], alpha(panel, forecasts)[step + 3 :])


def test_a_stored_record_goes_on_where_it_ends(panel):
    forecasts, cut = foreseen(panel, 0.5), 120
    early = np.where(np.arange(len(forecasts))[:, None] < cut, forecasts, np.nan)
    late = np.where(np.arange(len(forecasts))[:, None] >= cut, forecasts, np.nan)
    whole, stored = skill_record(panel, forecasts), skill_record(panel, early)
    joined = skill_record(panel, late, stored)
    np.testing.assert_array_equal(joined.known, whole.known)
    np.testing.assert_array_equal(joined.rank_ic, whole.rank_ic)
    assert alpha(panel, late, stored)[cut:].tobytes() == alpha(panel, forecasts)[cut:].tobytes()


def test_scores_are_ranks_with_mean_0_and_deviation_1():
    scores = rank_scores(np.array([[3.0, 1.0, 2.0], [1.0, 1.0, 1.0], [1.0, np.nan, 2.0]]))
    np.testing.assert_allclose(scores[0], np.array([1.0, -1.0, 0.0]) * np.sqrt(1.5))
    np.testing.assert_array_equal(scores[1], 0.0)
    assert np.isnan(scores[2]).all()
