"""Value at risk and its like: an independent library's, and what every coherent measure of risk obeys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skfolio import measures

from sac.evidence import tails

RETURN = st.floats(-0.5, 0.5, allow_subnormal=False)
PAIRS = st.integers(1, 130).flatmap(lambda weeks: arrays(float, (2, weeks), elements=RETURN))


@given(PAIRS)
def test_var_and_cvar_are_those_of_skfolio(pair):
    ours = tails(pair[0])
    assert ours.var == pytest.approx(-measures.value_at_risk(pair[0], beta=0.95), abs=1e-12)
    assert ours.cvar == pytest.approx(-measures.cvar(pair[0], beta=0.95), abs=1e-12)


@given(PAIRS, st.floats(0.1, 3.0), st.floats(-0.2, 0.2))
def test_cvar_is_coherent_and_lies_between_the_worst_week_and_var(pair, factor, shift):
    one, other = (tails(net).cvar for net in pair)
    assert tails(pair[0]).worst - 1e-12 <= one <= tails(pair[0]).var + 1e-12
    assert tails(pair[0] * factor + shift).cvar == pytest.approx(one * factor + shift, abs=1e-9)
    assert tails(pair[0] + pair[1]).cvar >= one + other - 1e-9, "mixing two adds no risk"


def test_few_weeks_and_still_ones_invent_nothing():
    still = tails(np.full(104, 0.001))
    assert still.worst == still.best == still.var == 0.001
    assert still.cvar == pytest.approx(0.001)
    assert np.isnan([still.skewness, still.kurtosis]).all()
    two = tails(np.array([0.01, -0.02]))
    assert two.cvar == two.var == two.worst == -0.02
    assert np.isnan(two.kurtosis)


def test_a_long_left_tail_has_negative_skewness():
    net = np.array([0.01] * 50 + [0.012] * 50 + [-0.2] * 2)
    assert tails(net).skewness < 0 < tails(net).kurtosis
    assert tails(-net).skewness == pytest.approx(-tails(net).skewness)
