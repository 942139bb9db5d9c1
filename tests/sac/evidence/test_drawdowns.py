"""Every drawdown with its dates: by hand, and what holds for any record."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sac.evidence import drawdown, drawdowns
from tests.support.backtests import random_walk

RETURNS = arrays(
    float, st.integers(1, 60), elements=st.sampled_from([-0.2, -0.05, -0.01, 0.0, 0.01, 0.05, 0.3])
)


def earning(net):
    record = random_walk(0, weeks=len(net))
    return dataclasses.replace(record, net=np.array(net))


def test_a_drawdown_has_its_peak_trough_end_and_length():
    record = earning([0.1, -0.2, -0.1, 0.3, 0.2, 0.1, -0.05])
    deep, open_one = drawdowns(record)
    dates = [str(date) for date in record.dates]
    assert deep.depth == pytest.approx(0.8 * 0.9 - 1)
    assert (deep.start, deep.trough, deep.end) == (dates[1], dates[3], dates[5])
    assert (deep.weeks, deep.recovery) == (4, 2)
    assert (open_one.start, open_one.trough, open_one.end) == (dates[6], dates[7], "")
    assert (open_one.weeks, open_one.recovery) == (1, 0)


def test_the_initial_capital_is_a_peak_and_a_record_that_only_rises_has_no_drawdown():
    record = earning([-0.1, 0.05])
    [one] = drawdowns(record)
    assert (one.start, one.end) == (str(record.fills[0]), "")
    assert drawdowns(earning([0.0, 0.01, 0.0, 0.02])) == []


@given(RETURNS)
def test_the_deepest_is_the_max_drawdown_and_every_week_below_a_peak_is_in_one(net):
    record = earning(net)
    found, under = drawdowns(record), drawdown(record.net)
    assert min((one.depth for one in found), default=0.0) == pytest.approx(under.min(initial=0.0))
    assert [one.depth for one in found] == sorted(one.depth for one in found)
    # The week that makes a loss good is no longer below the peak.
    assert sum(one.weeks - bool(one.end) for one in found) == (under < -1e-12).sum()
    assert sum(not one.end for one in found) <= 1
    spans = sorted((one.start, one.end or "9999") for one in found)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(one.start < one.trough and (not one.end or one.trough < one.end) for one in found)
