"""The same figures from an independent library, on random weekly series."""

import dataclasses

import empyrical
import numpy as np
import pandas as pd
import pytest

from sac.config import Constraints
from sac.evidence import drawdown, edge, metrics
from sac.evidence.comparison import calendar_years
from tests.support.backtests import random_walk


def opinions(net: pd.Series, rival: pd.Series) -> dict[str, float]:
    """empyrical on weekly returns: 52 weeks a year."""
    weekly = {"period": "weekly", "annualization": 52}
    return {
        "cagr": empyrical.cagr(net, **weekly),
        "volatility": empyrical.annual_volatility(net, **weekly),
        "sharpe": empyrical.sharpe_ratio(net, **weekly),
        "sortino": empyrical.sortino_ratio(net, **weekly),
        "max_drawdown": empyrical.max_drawdown(net),
        "calmar": empyrical.calmar_ratio(net, **weekly),
        "beta": empyrical.beta(net, rival),
        "information": empyrical.excess_sharpe(net, rival),
        "wealth": 1.0 + empyrical.cum_returns_final(net),
    }


@pytest.mark.parametrize("seed", range(20))
def test_ten_metrics_agree_to_ten_digits(seed):
    walk, other = random_walk(seed, weeks=156), random_walk(seed + 100, weeks=156)
    net, rival = (pd.Series(w.net, pd.DatetimeIndex(w.ends)) for w in (walk, other))
    own = dataclasses.asdict(metrics(walk, Constraints()))
    against = edge(walk, other)
    active = walk.net - other.net
    own |= {
        "beta": against.beta,
        "information": active.mean() / (against.tracking_error / 52**0.5),
        "wealth": walk.wealth[-1],
    }
    for name, opinion in opinions(net, rival).items():
        assert own[name] == pytest.approx(opinion, rel=1e-10, abs=1e-10), name
    years = empyrical.aggregate_returns(net, "yearly")
    np.testing.assert_allclose(calendar_years([walk])["Walk"], years, rtol=0, atol=1e-10)
    falls = empyrical.stats.drawdown_series(net)
    np.testing.assert_allclose(drawdown(walk.net), falls, rtol=0, atol=1e-10)
