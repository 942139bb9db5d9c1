"""Planted edges at any number of stocks; the markets themselves come with a package that tests do without."""

import dataclasses
import json

import numpy as np
import pytest

from benchmarks import learning, planted
from benchmarks.learning import Result, Task
from sac.config import PRESETS, Constraints
from sac.evidence import metrics
from sac.portfolio import EqualWeight, backtest
from tests.support.synthetic import random_panel


@pytest.fixture(scope="module")
def equal():
    panel, limits = random_panel(last="2016-12-30"), Constraints()
    return metrics(backtest(EqualWeight(limits), panel, range(10, 60), limits), limits)


def result(equal, setting, draw, lead):
    """Agents that lead equal weight by so much."""
    agents = dataclasses.replace(equal, cagr=equal.cagr + lead)
    return Result(
        setting,
        "IC .15",
        draw,
        0.15,
        {"agents": agents, "conviction": agents},
        [agents.cagr] * 2,
        equal,
        equal,
        1.0,
        0.1,
        2.0,
    )


@pytest.fixture
def sets(monkeypatch):
    """Sets of closes as wide as the real ones, of other numbers."""
    shapes = {"nyse_o": (5651, 36), "nyse_n": (6431, 23), "tse": (1259, 88)}
    rng = np.random.default_rng(0)
    closes = {name: np.cumprod(1.0 + rng.normal(0.0, 0.01, shape), axis=0) for name, shape in shapes.items()}
    monkeypatch.setattr(planted, "numbered_closes", closes.__getitem__)
    return closes


def test_a_share_is_of_the_first_batch_of_as_many_stocks_on_the_same_draws(equal):
    leads = {"desk, 64 weeks": (0.2, 0.3), "desk, 960 rows": (0.19, 0.285)}
    wide = {"desk, 60 stocks, 64 weeks": (0.5, 0.5), "desk, 60 stocks, 960 rows": (0.45, 0.5)}
    results = [
        result(equal, setting, draw, lead)
        for setting, by_draw in {**leads, **wide}.items()
        for draw, lead in enumerate(by_draw)
    ]
    rows = [line.split("|")[-2].strip() for line in learning.shares(results).splitlines()[2:]]
    assert rows == ["100.0 ± 0.0 %", "95.0 ± 0.0 %", "100.0 ± 0.0 %", "95.0 ± 5.0 %"]


def test_what_a_file_of_results_has_is_not_trained_again(equal, tmp_path, monkeypatch):
    kept = [result(equal, "desk, 960 rows", draw, 0.2) for draw in (0, 1)]
    file = tmp_path / "results.json"
    file.write_text(json.dumps([dataclasses.asdict(one) for one in kept]))
    task = Task("desk, 960 rows", PRESETS["desk"]["sac"], "IC .15", 1, 15, 2, 0)
    trained = []

    class Here:
        """Trains in this process."""

        def __init__(self, jobs):
            """As many jobs as there are."""

        def __enter__(self):
            return self

        def __exit__(self, *error):
            """Nothing to close."""

        def submit(self, run, task):
            trained.append(task)
            return self

        def result(self):
            return result(equal, "desk, 960 rows", trained[-1].draw, 0.3)

    monkeypatch.setattr(learning, "ProcessPoolExecutor", Here)
    asked = [task, dataclasses.replace(task, draw=2)]
    found = learning._trained(asked, 1, file)
    assert [one.draw for one in trained] == [2]
    assert [one.draw for one in found] == [1, 2]
    assert found[0] == kept[1]
    assert learning._trained(asked, 1, file) == found
    assert len(trained) == 1


@pytest.mark.parametrize("stocks", [60, 88, 89, 200])
def test_a_wide_market_has_as_many_stocks_as_are_asked_for(sets, stocks):
    panel, stop = planted.market(100, stocks)
    other, _ = planted.market(101, stocks)
    assert panel.returns.shape[1] == stocks
    assert 0.5 < stop / panel.complete_steps < 0.7
    assert stocks == 88 or not np.array_equal(panel.returns, other.returns)
    assert not np.array_equal(panel.returns[:, 0], panel.returns[:, 59])


def test_a_resampled_stock_has_the_growth_of_a_real_one_from_another_session_on(sets):
    panel, _ = planted.market(100, 200)
    growth = panel.closes[1:] / panel.closes[:-1]
    real = sets["nyse_o"][1:] / sets["nyse_o"][:-1]
    starts = [int(np.abs(real[:, 0] - growth[0, column]).argmin()) for column in (0, 36 + 23)]
    for start, column in zip(starts, (0, 36 + 23), strict=True):
        np.testing.assert_allclose(growth[:1000, column], np.roll(real[:, 0], -start)[:1000], rtol=1e-9)
    assert starts[0] != starts[1]


def test_a_planted_forecast_has_the_rank_correlation_of_its_name_at_any_width(sets):
    panel, _ = planted.market(100, 200)
    said = planted.planted(panel, *planted.EDGES["IC .15"], 100)
    weeks = range(panel.complete_steps)
    ranked = [np.argsort(np.argsort(rows[t])) for rows in (said.forecasts, panel.returns) for t in weeks]
    ic = [
        np.corrcoef(one, other)[0, 1]
        for one, other in zip(ranked[: len(weeks)], ranked[len(weeks) :], strict=True)
    ]
    assert np.mean(ic) == pytest.approx(0.155, abs=0.01)
