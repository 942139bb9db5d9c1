"""The same figures from an independent library, on random weekly series."""

import dataclasses

import empyrical
import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.evidence import drawdown, edge, metrics
from sac.evidence.comparison import calendar_months, calendar_years
from tests.support.backtests import random_walk


def opinions(net: pd.Series, benchmark: pd.Series) -> dict[str, float]:
    """empyrical on weekly returns: 52 weeks a year."""
    weekly = {"period": "weekly", "annualization": 52}
    return {
        "cagr": empyrical.cagr(net, **weekly),
        "volatility": empyrical.annual_volatility(net, **weekly),
        "sharpe": empyrical.sharpe_ratio(net, **weekly),
        "sortino": empyrical.sortino_ratio(net, **weekly),
        "max_drawdown": empyrical.max_drawdown(net),
        "calmar": empyrical.calmar_ratio(net, **weekly),
        "beta": empyrical.beta(net, benchmark),
        "information": empyrical.excess_sharpe(net, benchmark),
        "wealth": 1.0 + empyrical.cum_returns_final(net),
    }


@pytest.mark.parametrize("seed", range(20))
def test_ten_metrics_agree_to_ten_digits(seed):
    result, other = random_walk(seed, weeks=156), random_walk(seed + 100, weeks=156)
    net, benchmark = (pd.Series(w.net, pd.DatetimeIndex(w.ends)) for w in (result, other))
    own = dataclasses.asdict(metrics(result, Constraints()))
    against = edge(result, other)
    active = result.net - other.net
    own |= {
        "beta": against.beta,
        "information": active.mean() / (against.tracking_error / 52**0.5),
        "wealth": result.wealth[-1],
    }
    for name, opinion in opinions(net, benchmark).items():
        assert own[name] == pytest.approx(opinion, rel=1e-10, abs=1e-10), name
    years = empyrical.aggregate_returns(net, "yearly")
    np.testing.assert_allclose(calendar_years([result])["Walk"], years, rtol=0, atol=1e-10)
    months = empyrical.aggregate_returns(net, "monthly")
    np.testing.assert_allclose(calendar_months(result).stack(), months, rtol=0, atol=1e-10)
    falls = empyrical.stats.drawdown_series(net)
    np.testing.assert_allclose(drawdown(result.net), falls, rtol=0, atol=1e-10)
