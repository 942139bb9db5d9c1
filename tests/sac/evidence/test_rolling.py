"""Rolling figures are those of the metrics on each stretch."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sac.config import Constraints
from sac.evidence import metrics, rolling_sharpe, rolling_volatility
from tests.support.backtests import random_walk


@given(st.integers(0, 30), st.integers(2, 60), st.integers(0, 44))
def test_each_value_is_the_metric_of_its_weeks(seed, weeks, row):
    record = random_walk(seed, weeks=60)
    volatility, sharpe = rolling_volatility(record.net, weeks), rolling_sharpe(record.net, weeks)
    assert len(volatility) == len(sharpe) == 60 - weeks + 1
    row = min(row, 60 - weeks)
    part = slice(row, row + weeks)
    stretch = {name: getattr(record, name)[part] for name in ("net", "gross", "turnover", "weights")}
    expected = metrics(dataclasses.replace(record, **stretch), Constraints())
    assert volatility[row] == pytest.approx(expected.volatility)
    assert sharpe[row] == pytest.approx(expected.sharpe)


def test_weeks_that_do_not_vary_have_no_sharpe_ratio():
    assert np.isnan(rolling_sharpe(np.full(30, 0.001), 26)).all()
