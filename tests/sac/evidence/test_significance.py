import math

import numpy as np
import pytest
from scipy import stats

from sac.evidence import (
    Difference,
    Search,
    deflated_sharpe,
    difference,
    information_ratio,
    leads,
    probabilistic_sharpe,
)


def weekly(seed, weeks=260, mean=0.0, spread=0.02):
    return np.random.default_rng(seed).normal(mean, spread, weeks)


@pytest.mark.slow
def test_the_interval_covers_the_truth_in_95_of_100_samples():
    """Paired returns of 260 weeks whose true difference is zero."""
    inside = 0
    for sample in range(400):
        market, own = weekly(sample, spread=0.02), weekly(10_000 + sample, spread=0.01)
        found = difference(np.expm1(market + own), np.expm1(market), seed=sample, draws=600)
        inside += found.low <= 0.0 <= found.high
    assert 0.92 <= inside / 400 <= 0.97


def test_the_difference_is_that_of_log_growth_and_paired():
    market = weekly(0)
    better = np.expm1(np.log1p(market) + 0.001)
    found = difference(better, market)
    assert found.mean == pytest.approx(0.052)
    assert found.low == pytest.approx(0.052)  # what both share cancels
    assert found.p_better == 1.0
    same = difference(market, market)
    assert (same.mean, same.low, same.high, same.detectable) == (0.0, 0.0, 0.0, 0.0)
    assert math.isnan(same.p_better)
    assert same.verdict == "is none: every week is the same"


def test_swapping_the_two_swaps_the_answer():
    one, other = weekly(1), weekly(2)
    there, back = difference(one, other), difference(other, one)
    np.testing.assert_allclose([there.low, there.high], [-back.high, -back.low])
    assert there.p_better == pytest.approx(1.0 - back.p_better)


@pytest.mark.slow
def test_more_weeks_detect_less():
    few, many = (difference(weekly(1, n), weekly(2, n)).detectable for n in (104, 1_040))
    assert 2.2 < few / many < 4.5  # by the root of ten


def test_blocks_widen_the_interval_of_trending_differences():
    steps = np.repeat(weekly(3, 65), 4)  # four equal weeks in a row
    trending = difference(steps, np.zeros_like(steps))
    shuffled = difference(np.random.default_rng(0).permutation(steps), np.zeros_like(steps))
    assert trending.high - trending.low > 1.3 * (shuffled.high - shuffled.low)


def test_the_probabilistic_sharpe_is_one_half_at_its_own_value_and_rises_with_the_weeks():
    net = weekly(4, mean=0.003)
    own = net.mean() / net.std(ddof=1) * 52**0.5
    assert probabilistic_sharpe(net, own) == pytest.approx(0.5)
    assert (
        0.5
        < probabilistic_sharpe(net[:52] - net[:52].mean() + 0.002)
        < probabilistic_sharpe(np.tile(net[:52] - net[:52].mean() + 0.002, 5))
    )
    assert np.isnan(probabilistic_sharpe(np.zeros(52)))


def test_the_best_of_many_skill_less_trials_is_not_significant():
    significant = 0
    for draw in range(40):
        trials = [weekly(1_000 * draw + trial, 104) for trial in range(24)]
        sharpes = [float(net.mean() / net.std(ddof=1)) * 52**0.5 for net in trials]
        best = trials[int(np.argmax(sharpes))]
        assert deflated_sharpe(best, Search.among(sharpes)) < probabilistic_sharpe(best)
        significant += deflated_sharpe(best, Search.among(sharpes)) > 0.95
    assert significant <= 4
    assert sum(probabilistic_sharpe(weekly(draw, 104)) > 0.95 for draw in range(40)) <= 6


def test_ten_thousand_draws_are_the_default_and_repeatable():
    found = difference(weekly(1), weekly(2))
    assert found == difference(weekly(1), weekly(2)) == difference(weekly(1), weekly(2), 0, 10_000)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.01, 0.02, "could be luck"),
        (0.0, 0.02, "could be luck"),
        (0.01, 0.02, "is more than luck"),
        (-0.02, -0.01, "is worse by more than luck"),
    ],
)
def test_the_interval_says_what_a_difference_is_worth(low, high, verdict):
    assert Difference(104, 0.0, low, high, 0.5, 0.04).verdict == verdict


def trending(seed, weeks=260):
    """Weekly log returns that carry on from week to week."""
    noise, carried = weekly(seed, weeks), np.zeros(weeks)
    for week in range(weeks):
        carried[week] = noise[week] + 0.5 * carried[week - 1]
    return carried


def resampled_error(edge):
    """Standard error of the mean over histories of the stationary bootstrap, in closed form.

    Lemma 1 of Politis & Romano (1994), for blocks of W^(1/3) weeks on average.
    """
    weeks, end = len(edge), 1.0 / len(edge) ** (1 / 3)
    around = edge - edge.mean()
    lags = np.arange(1, weeks)
    hanging = np.array([around[lag:] @ around[:-lag] for lag in lags]) / weeks
    weight = (1 - lags / weeks) * (1 - end) ** lags + lags / weeks * (1 - end) ** (weeks - lags)
    return float(np.sqrt((around @ around / weeks + 2.0 * weight @ hanging) / weeks))


@pytest.mark.slow
@pytest.mark.parametrize("weeks", [60, 104, 520])
def test_what_is_detectable_and_the_interval_are_those_of_theory(weeks):
    edge = trending(7, weeks)
    found = difference(np.expm1(edge), np.zeros(weeks), draws=40_000)
    error = 52 * resampled_error(edge)
    both = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)  # two sided at 5 %, seen in 80 of 100 cases
    assert found.detectable == pytest.approx(both * error, rel=0.015)
    blocks = weeks ** (2 / 3)
    wide = np.sqrt(blocks / (blocks - 1)) * stats.t.ppf(0.975, blocks - 1)
    assert found.high - found.low == pytest.approx(2 * wide * error, rel=0.025)


def test_two_weeks_make_the_widest_interval():
    found = difference(np.expm1([0.03, 0.01]), np.zeros(2))
    # Histories are 3 %, 2 % or 1 % a week; the interval ends at the extremes, as if of a single degree of
    # freedom: 2^(2/3) blocks and one beside them, and the second term of Student's quantile in 1/freedom.
    wide = np.sqrt(2 ** (2 / 3)) * (1 + (stats.norm.ppf(0.975) ** 2 + 1) / 4)
    assert found.mean == pytest.approx(0.02 * 52)
    np.testing.assert_allclose([found.low, found.high], 52 * (0.02 + wide * np.array([-0.01, 0.01])))


def test_the_probabilistic_sharpe_is_that_of_the_paper():
    net = np.random.default_rng(11).gamma(2.0, 0.01, 104) - 0.015  # skewed, with a fat tail
    weekly_sharpe = net.mean() / net.std(ddof=1)
    spread = (
        1 - stats.skew(net) * weekly_sharpe + (stats.kurtosis(net, fisher=False) - 1) / 4 * weekly_sharpe**2
    )
    for benchmark in (0.0, 1.0, -0.5):
        distance = (weekly_sharpe - benchmark / np.sqrt(52)) * np.sqrt(103)
        expected = stats.norm.cdf(distance / np.sqrt(spread))
        assert probabilistic_sharpe(net, benchmark) == pytest.approx(expected)


def test_what_does_not_vary_has_no_sharpe_ratio():
    assert np.isnan(probabilistic_sharpe(np.array([0.01])))
    assert np.isnan(probabilistic_sharpe(np.full(52, 0.01)))
    assert probabilistic_sharpe(np.array([0.01, 0.02])) == pytest.approx(stats.norm.cdf(3 / 2**0.5))


def test_the_deflated_sharpe_is_measured_against_the_best_that_luck_yields():
    net, euler = weekly(4, mean=0.003), 0.5772156649
    for count in (2, 24):
        best = (1 - euler) * stats.norm.ppf(1 - 1 / count) + euler * stats.norm.ppf(1 - 1 / (count * np.e))
        expected = probabilistic_sharpe(net, 0.4 * best)
        assert deflated_sharpe(net, Search(count, 0.4)) == pytest.approx(expected)
    for nothing_searched in (Search(1, 0.4), Search(0, 0.4), Search(24, float("nan"))):
        assert deflated_sharpe(net, nothing_searched) == probabilistic_sharpe(net)


def test_equal_weight_itself_has_no_skill_and_who_stands_behind_it_little():
    """Of the total return equal weight shows a Sharpe ratio; what everybody earned is no skill."""
    rng = np.random.default_rng(5)
    market = rng.normal(0.0, 0.02, 104)
    market += 0.003 - market.mean()
    lag = rng.normal(0.0, 0.004, 104)
    behind = market + lag - lag.mean() - 0.04 / 52
    nobody, search = Search.among(), Search.among([0.1, -0.3, 0.5])
    assert probabilistic_sharpe(market) > 0.8
    assert math.isnan(deflated_sharpe(leads(market, market), search))
    assert deflated_sharpe(leads(behind, market), nobody) < 0.3
    assert deflated_sharpe(leads(behind, market), search) < deflated_sharpe(leads(behind, market), nobody)
    assert math.isnan(information_ratio(leads(market, market)))
    assert information_ratio(leads(behind, market)) < 0


def test_the_probability_is_as_cautious_as_the_interval():
    """Few weeks widen both: an interval that just includes 0 has a probability near 97.5 %."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        found = difference(rng.normal(0.002, 0.01, 30), np.zeros(30))
        assert (found.low > 0) == (found.p_better > 0.975)


def test_the_spread_of_a_search_is_that_within_its_groups():
    found = Search.among([0.1, 0.3], [], [1.0, 1.4, 1.2], others=4)
    assert found.candidates == 9
    assert (Search.among().candidates, Search.among([0.5]).candidates) == (0, 1)
    assert found.spread == pytest.approx(
        np.sqrt((2 * 0.1**2 + 2 * 0.2**2) / 3)
    )  # five, less one mean a group
    for unknown in (Search.among([0.5]), Search.among([0.5], [0.7]), Search.among()):
        assert np.isnan(unknown.spread)


def test_only_what_came_to_the_same_every_week_makes_no_difference():
    assert difference(weekly(1), weekly(1)).none
    for mean, low, high in ((0.01, 0.0, 0.0), (0.0, -0.01, 0.0), (0.0, 0.0, 0.01), (0.01, 0.01, 0.01)):
        assert not Difference(104, mean, low, high, 0.5, 0.04).none


def test_another_seed_draws_other_histories():
    one, other = weekly(1), weekly(2)
    assert difference(one, other, seed=1) != difference(one, other)
    assert difference(one, other, seed=1).mean == difference(one, other).mean


@pytest.mark.parametrize("weeks", [2, 3, 5])
def test_few_weeks_are_resampled_as_theory_says(weeks):
    edge = weekly(8, weeks)
    found = difference(np.expm1(edge), np.zeros(weeks), draws=40_000)
    both = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert found.detectable == pytest.approx(52 * both * resampled_error(edge), rel=0.015)
