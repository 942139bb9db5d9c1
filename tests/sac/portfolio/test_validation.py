from typing import Any

import numpy as np
import pytest

from sac.config import Constraints
from sac.portfolio import EqualWeight, Validation, backtest, validate
from tests.sac.portfolio.test_backtest import AtRandom, Clairvoyant, Fixed
from tests.support.synthetic import random_panel

CONSTRAINTS = Constraints()


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)


def test_an_allocator_with_an_edge_passes(panel):
    verdict = validate(panel, Clairvoyant(), range(50, 154), 2, CONSTRAINTS)
    assert verdict.passed
    assert verdict.fold == 2
    assert (verdict.start, verdict.end) == (str(panel.decisions[50]), str(panel.decisions[153]))
    assert verdict.weeks == 104


def test_trading_without_an_edge_does_not_pass(panel):
    assert not validate(panel, AtRandom(), range(50, 154), 0, CONSTRAINTS).passed


def test_equal_weight_itself_has_no_edge(panel):
    verdict = validate(panel, EqualWeight(CONSTRAINTS), range(50, 154), 0, CONSTRAINTS)
    assert not verdict.passed
    assert verdict.excess == verdict.t_statistic == 0


def test_the_figures_by_hand(panel):
    tilted = Fixed(np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.08, 0.02]))
    verdict = validate(panel, tilted, range(10, 114), 0, CONSTRAINTS)
    result, equal = (
        backtest(x, panel, range(10, 114), CONSTRAINTS) for x in (tilted, EqualWeight(CONSTRAINTS))
    )
    assert verdict.excess == pytest.approx(np.log(result.wealth[-1] / equal.wealth[-1]) / 2)
    edge = np.log(1 + result.net) - np.log(1 + equal.net)
    assert verdict.t_statistic == pytest.approx(edge.mean() / (edge.std(ddof=1) / np.sqrt(104)))
    assert verdict.passed == (verdict.t_statistic > 1)


def test_one_standard_error_is_what_it_takes(panel):
    tilts = [Fixed(np.random.default_rng(seed).dirichlet(np.ones(7))) for seed in range(60)]
    verdicts = [validate(panel, tilt, range(0, 104), 0, CONSTRAINTS) for tilt in tilts]
    assert max(one.t_statistic for one in verdicts if not one.passed) == pytest.approx(0.95, abs=0.05)
    assert min(one.t_statistic for one in verdicts if one.passed) == pytest.approx(1.05, abs=0.05)


def test_the_verdict_says_both_figures_and_what_follows():
    facts: dict[str, Any] = {"fold": 0, "start": "2018-01-05", "end": "2018-12-28", "weeks": 52}
    beaten = Validation(**facts, excess=0.0234, t_statistic=1.26, passed=True).verdict
    assert "On 52 validation weeks" in beaten
    assert "2018-01-05 to 2018-12-28" in beaten
    assert "beat equal weight by one standard error (+2.3 pp of annualised log growth, t +1.3)" in beaten
    assert "follows its agents" in beaten
    behind = Validation(**facts, excess=-0.0234, t_statistic=-1.26, passed=False).verdict
    assert "did not beat equal weight by one standard error (-2.3 pp" in behind
    assert "holds equal weight" in behind
