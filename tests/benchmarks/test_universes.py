"""What the benchmark of universes runs; never how fast it is. Its second set comes with a package."""

import argparse
import dataclasses
import datetime as dt

import numpy as np
import pytest

from benchmarks import resampled, universes
from sac.market.prices.checks import findings_of
from tests.support.synthetic import random_closes

TODAY = dt.date(2025, 6, 30)


@pytest.fixture(autouse=True)
def numbered(monkeypatch):
    closes = random_closes(stocks=10, first="1994-01-03", last="1998-12-31").to_numpy()
    monkeypatch.setattr(resampled, "numbered_closes", {"tse": closes}.__getitem__)


def test_more_stocks_than_any_set_holds_pass_every_check_and_hang_together():
    closes = resampled.resampled_closes(60, 10, TODAY)
    assert closes.shape[1] == len({*closes.columns}) == 60
    assert str(closes.index[0].date()) == "2015-07-01"
    assert closes.index[-1].date() == TODAY
    assert findings_of(closes) == []
    returns = np.diff(np.log(closes.to_numpy()), axis=0)
    apart = np.corrcoef(returns.T)[np.triu_indices(60, 1)]
    assert 0.1 < apart.mean() < 0.6, "a market that they share"
    assert apart.max() < 0.999, "no stock is another one's copy"


def test_the_same_seed_gives_the_same_market():
    one, other = (resampled.resampled_closes(30, 5, TODAY) for _ in range(2))
    assert one.equals(other)
    assert not one.equals(resampled.resampled_closes(30, 5, TODAY, seed=1))


@pytest.mark.slow
def test_every_stage_goes_on_from_what_the_stages_before_it_left(tmp_path):
    options = argparse.Namespace(presets=["desk"], updates=8, quick=True)
    settings = dataclasses.replace(universes.settings_of(options), members=2)
    assert (settings.agent.updates, settings.forecast.hidden) == (8, 4)
    desk = universes.Desk(tmp_path, settings)
    universes.make(desk, stocks=6, years=8)
    assert all(stage(desk) > 0.0 for stage in universes.STAGES)
    champion = desk.root.registry.champion(universes.VARIANT)
    assert champion is not None
    assert champion.symbols == tuple(f"SIM{number:03}" for number in range(6))
    assert universes.size_of(desk) == champion.size
