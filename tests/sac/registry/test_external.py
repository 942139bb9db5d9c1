"""Walks that were fitted elsewhere: the same weeks, whole files, names that are no paths."""

import dataclasses

import numpy as np
import pytest

from app.ui.shared.charts.figure import BASELINE_COLOURS
from sac.config import Constraints
from sac.errors import ArtifactError, DataError, SettingsError
from sac.portfolio import BuyAndHold
from sac.registry.external import beside, external_backtest, read_backtest, save_backtest, stored_backtests
from sac.registry.tables import pack_baselines
from tests.support.small_versions import WEEKS, small_artifacts
from tests.support.synthetic import random_panel


def market(seed=0, stocks=3):
    return random_panel(stocks=stocks, first="2018-01-02", last="2018-12-31", seed=seed)


@pytest.fixture
def version(registry):
    return registry.save(small_artifacts())


def test_a_walk_is_kept_as_it_was(version, tmp_path):
    result = external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    np.testing.assert_array_equal(result.fills, version.evaluation().fills)
    path = save_backtest(tmp_path / "walks", result)
    assert stored_backtests(tmp_path / "walks") == [path]
    kept = read_backtest(path)
    assert (kept.name, kept.symbols) == ("Mine", result.symbols)
    np.testing.assert_array_equal(kept.net, result.net)
    np.testing.assert_array_equal(kept.weights, result.weights)


@pytest.mark.parametrize("other", [{"seed": 1}, {"stocks": 4}])
def test_another_market_is_refused(version, other):
    with pytest.raises(DataError, match="The panel"):
        external_backtest(BuyAndHold(Constraints()), market(**other), version)


@pytest.mark.parametrize("name", ["../current", "", "a/b", ".hidden", "x" * 41, "Mine "])
def test_a_name_is_no_path(version, tmp_path, name):
    result = dataclasses.replace(version.evaluation(), name=name)
    with pytest.raises(SettingsError, match="cannot name a strategy"):
        save_backtest(tmp_path, result)
    assert list(tmp_path.glob("*.parquet")) == []


def test_a_damaged_walk_is_refused_by_name(version, tmp_path):
    result = external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    path = save_backtest(tmp_path, result)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtifactError, match=r"Mine\.parquet is not a readable parquet"):
        read_backtest(path)
    save_backtest(tmp_path, result)
    renamed = path.rename(tmp_path / "Other.parquet")
    with pytest.raises(ArtifactError, match=r"Other\.parquet does not hold the backtest of its name"):
        read_backtest(renamed)


NAMES_OF_THE_DESK = (
    *("Equal weight", "hrp", "Cash", "Minimum variance", "S&P 500 price index", "Buy & hold"),
    *("SAC + LSTM", "SAC + LSTM 0a1b2c", "ppo + patchtst 0a1b2c", "v2018-12-28-0123456789ab-ft"),
)


@pytest.mark.parametrize("name", NAMES_OF_THE_DESK)
def test_a_name_of_the_desks_own_is_refused(version, tmp_path, name):
    result = dataclasses.replace(version.evaluation(), name=name)
    with pytest.raises(SettingsError, match="what the desk calls a version or a baseline"):
        save_backtest(tmp_path, result)
    path = tmp_path / f"{name}.parquet"
    path.write_bytes(pack_baselines([result]))
    with pytest.raises(ArtifactError, match="give the strategy another name"):
        read_backtest(path)


def test_every_baseline_of_the_pages_is_a_name_of_the_desks_own(version, tmp_path):
    for name in BASELINE_COLOURS:
        with pytest.raises(SettingsError, match="what the desk calls"):
            save_backtest(tmp_path, dataclasses.replace(version.evaluation(), name=name))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"weights": lambda result: result.weights * 1.1}, "weights that are no portfolio"),
        ({"weights": lambda result: np.full_like(result.weights, np.nan)}, "weights that are no portfolio"),
        ({"weights": lambda result: result.weights - [0.5, -0.5, 0.0, 0.0]}, "weights that are no portfolio"),
        ({"growth": lambda result: result.growth * 0.0}, "prices that no stock has"),
        ({"fills": lambda result: result.fills[::-1]}, "weeks that are out of order"),
        ({"ends": lambda result: result.fills}, "weeks that are out of order"),
        ({"decisions": lambda result: np.full_like(result.fills, "NaT")}, "empty cells"),
        ({"turnover": lambda result: result.turnover[:-1]}, "weeks do not fit together"),
    ],
)
def test_what_no_portfolio_can_do_is_refused(version, tmp_path, changes, complaint):
    result = dataclasses.replace(version.evaluation(), name="Mine", members=np.empty((20, 0)))
    result = dataclasses.replace(result, **{name: change(result) for name, change in changes.items()})
    with pytest.raises(ArtifactError, match=rf"Mine\.parquet .*{complaint}"):
        read_backtest(save_backtest(tmp_path, result))


def test_no_damage_is_more_than_a_refusal(version, tmp_path):
    path = save_backtest(
        tmp_path, external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    )
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            result = read_backtest(path)
        except ArtifactError as refusal:
            said = str(refusal)
        else:  # some bytes do not matter
            np.testing.assert_allclose(result.weights.sum(axis=1), 1.0, atol=1e-6)
    assert "Mine.parquet" in said


def test_beside_a_version_only_the_weights_of_a_walk_are_believed(version):
    record = version.evaluation()
    result = external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    boasting = dataclasses.replace(result, net=result.net + 0.01, turnover=result.turnover * 0.0)
    again = beside(boasting, record, Constraints())
    np.testing.assert_allclose(again.net, result.net, rtol=0, atol=1e-12)
    np.testing.assert_allclose(again.turnover, result.turnover, rtol=0, atol=1e-12)
    dear = beside(result, record, Constraints(cost_rate=0.01))
    assert dear.net[0] == pytest.approx((1 + result.gross[0]) * (1 - 0.01 * result.turnover[0]) - 1)
    assert not again.folds.any()
    assert again.members.shape == again.entries.shape == (WEEKS, 0)


def test_stocks_in_another_order_are_told_by_their_names(version):
    result = external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    turned = dataclasses.replace(
        result,
        symbols=result.symbols[::-1],
        weights=result.weights[:, [2, 1, 0, 3]],
        growth=result.growth[:, [2, 1, 0, 3]],
    )
    again = beside(turned, version.evaluation(), Constraints())
    np.testing.assert_allclose(again.net, result.net, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"symbols": ("S00", "S01", "S99")}, "other stocks"),
        ({"growth": 1.001}, "other prices"),
        ({"fills": 3650, "ends": 3650}, "no week of the version"),
    ],
)
def test_a_walk_that_does_not_fit_is_refused_with_the_reason(version, changes, complaint):
    result = external_backtest(BuyAndHold(Constraints(), name="Mine"), market(), version)
    changed = {
        name: value
        if name == "symbols"
        else result.growth * value
        if name == "growth"
        else getattr(result, name) + np.timedelta64(value, "D")
        for name, value in changes.items()
    }
    with pytest.raises(DataError, match=complaint):
        beside(dataclasses.replace(result, **changed), version.evaluation(), Constraints())
