import numpy as np
import pytest

from sac.evidence import Difference, Search, deflated_sharpe, difference, probabilistic_sharpe


def weekly(seed, weeks=260, mean=0.0, spread=0.02):
    return np.random.default_rng(seed).normal(mean, spread, weeks)


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
    assert (same.mean, same.low, same.high, same.p_better) == (0.0, 0.0, 0.0, 0.5)


def test_swapping_the_two_swaps_the_answer():
    one, other = weekly(1), weekly(2)
    there, back = difference(one, other), difference(other, one)
    np.testing.assert_allclose([there.low, there.high], [-back.high, -back.low])
    assert there.p_better == pytest.approx(1.0 - back.p_better)


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
    assert difference(weekly(1), weekly(2)) == difference(weekly(1), weekly(2))


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
