import numpy as np
import pytest

from sac.forecast.skill import rank_correlations, yearly_skill


def test_rank_correlations_by_hand():
    forecasts = np.array(
        [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 3.0, 2.0], [5.0, 5.0, 5.0], [1.0, 1.0, 2.0]]
    )
    returns = np.array([[0.1, 0.2, 0.9], [0.1, 0.2, 0.9], [0.1, 0.2, 0.9], [0.1, 0.2, 0.9], [0.1, 0.2, 0.9]])
    expected = [1.0, -1.0, 0.5, 0.0, np.sqrt(3) / 2]  # flat says nothing; a tie shares its ranks
    np.testing.assert_allclose(rank_correlations(forecasts, returns), expected, atol=1e-15)


def test_yearly_skill_counts_only_weeks_with_every_forecast_and_return():
    years = np.array([2018, 2018, 2018, 2019, 2019])
    forecasts = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, np.nan], [2.0, 1.0]])
    returns = np.array([[0.1, 0.2], [0.2, 0.1], [0.1, 0.2], [0.1, 0.2], [np.nan, np.nan]])
    (skill,) = yearly_skill(years, forecasts, returns)
    assert (skill.year, skill.weeks) == (2018, 3)
    assert (skill.rank_ic, skill.t_statistic) == pytest.approx((1 / 3, 1 / 3 / (2 / 3)))


def test_one_week_has_no_t_statistic():
    (skill,) = yearly_skill(np.array([2020]), np.array([[1.0, 2.0]]), np.array([[0.1, 0.2]]))
    assert skill.rank_ic == 1.0
    assert np.isnan(skill.t_statistic)
