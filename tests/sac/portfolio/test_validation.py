import numpy as np
import pytest

from sac.config import Constraints
from sac.portfolio import EqualWeight, backtest, validate
from tests.sac.portfolio.test_backtest import AtRandom, Clairvoyant, Fixed
from tests.support.synthetic import random_panel

CONSTRAINTS = Constraints()


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)


def test_an_allocator_with_an_edge_is_trusted(panel):
    verdict = validate(panel, Clairvoyant(), range(50, 154), 2, CONSTRAINTS)
    assert verdict.trusted
    assert verdict.fold == 2
    assert (verdict.start, verdict.end) == (str(panel.decisions[50]), str(panel.decisions[153]))
    assert verdict.weeks == 104


def test_trading_without_an_edge_is_not_trusted(panel):
    assert not validate(panel, AtRandom(), range(50, 154), 0, CONSTRAINTS).trusted


def test_equal_weight_itself_has_no_edge(panel):
    verdict = validate(panel, EqualWeight(CONSTRAINTS), range(50, 154), 0, CONSTRAINTS)
    assert not verdict.trusted
    assert verdict.excess == verdict.t_statistic == 0


def test_the_figures_by_hand(panel):
    tilted = Fixed(np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.08, 0.02]))
    verdict = validate(panel, tilted, range(10, 114), 0, CONSTRAINTS)
    walk, equal = (
        backtest(x, panel, range(10, 114), CONSTRAINTS) for x in (tilted, EqualWeight(CONSTRAINTS))
    )
    assert verdict.excess == pytest.approx(np.log(walk.wealth[-1] / equal.wealth[-1]) / 2)
    edge = np.log(1 + walk.net) - np.log(1 + equal.net)
    assert verdict.t_statistic == pytest.approx(edge.mean() / (edge.std(ddof=1) / np.sqrt(104)))
    assert verdict.trusted == (verdict.t_statistic > 1)
