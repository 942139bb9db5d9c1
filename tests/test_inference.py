import dataclasses

import numpy as np
import pytest

from sac import inference, training
from sac.errors import DataError, SettingsError
from sac.inference import CASH, Holdings, target_weights
from sac.registry import Registry
from tests.synthetic import panel_of, perturbed, random_closes
from tests.test_training import CLOSES, TINY


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inference")
    registry = Registry(folder / "models")
    return training.full("sac_lstm", panel_of(CLOSES), TINY, registry, folder / "cache").version


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


def test_the_newest_week_is_decided_within_the_limits(version, panel):
    answer = target_weights(version, panel)
    assert answer.as_of == "2018-12-28"
    assert answer.target_week_start == "2018-12-31"
    assert answer.target_week_end == "2019-01-04"
    assert list(answer.target_weights) == [*panel.symbols, CASH]
    assert abs(sum(answer.target_weights.values()) - 1) < 1e-9
    assert all(0 <= answer.target_weights[symbol] <= 0.2 + 1e-9 for symbol in panel.symbols)
    assert answer.target_weights[CASH] >= 0.02 - 1e-9


def test_trading_from_cash_buys_every_stock(version, panel):
    answer = target_weights(version, panel, Holdings(cash=1000.0))
    assert answer.turnover == pytest.approx(1 - answer.target_weights[CASH])
    assert answer.cost == pytest.approx(0.001 * answer.turnover)
    assert answer == target_weights(version, panel)


def test_holdings_in_dollars_become_changes_that_cancel(version, panel):
    holdings = Holdings(cash=250.0, positions={panel.symbols[0]: 500.0, panel.symbols[3]: 250.0})
    answer = target_weights(version, panel, holdings)
    current = {change.symbol: change.current_weight for change in answer.weight_changes}
    assert (current[panel.symbols[0]], current[panel.symbols[3]], current[CASH]) == (0.5, 0.25, 0.25)
    assert sum(change.change for change in answer.weight_changes) == pytest.approx(0, abs=1e-12)
    traded = sum(abs(change.change) for change in answer.weight_changes if change.symbol != CASH)
    assert answer.turnover == pytest.approx(traded)


def test_an_earlier_date_uses_the_week_before_it_and_nothing_later(version, panel):
    answer = target_weights(version, panel, as_of="2018-06-20")
    assert answer.as_of == "2018-06-15"
    changed = panel_of(perturbed(CLOSES, np.datetime64("2018-06-15")))
    assert target_weights(version, changed, as_of="2018-06-20") == answer
    assert target_weights(version, changed) != target_weights(version, panel)


def test_the_committee_is_the_mean_of_its_members(version, panel):
    committee = inference.committee_of(version)
    held = np.array([0.1] * 6 + [0.4])
    together = committee.allocate(panel, 200, held)
    alone = [member.allocate(panel, 200, held) for member in committee.members()]
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-7)
    assert not np.allclose(alone[0], alone[1])


def test_another_universe_is_refused(version):
    with pytest.raises(DataError, match="Train again on this universe"):
        target_weights(version, panel_of(random_closes(stocks=5, first="2013-01-02", last="2018-12-28")))


@pytest.mark.parametrize(
    ("holdings", "message"),
    [
        (Holdings(positions={"TSLA": 5.0}), "TSLA is not in the universe"),
        (Holdings(cash=-1.0), "zero or more"),
        (Holdings(cash=float("nan")), "zero or more"),
        (Holdings(cash=0.0), "empty"),
    ],
)
def test_impossible_holdings_are_refused(version, panel, holdings, message):
    with pytest.raises(SettingsError, match=message):
        target_weights(version, panel, holdings)


def test_dates_without_a_decision_are_refused(version, panel):
    with pytest.raises(SettingsError, match="no date"):
        target_weights(version, panel, as_of="next week")
    for date in ("2012-05-05", "2030-01-01"):
        with pytest.raises(DataError, match="no decision"):
            target_weights(version, panel, as_of=date)


def test_the_record_keeps_what_was_known(version, panel):
    assert dataclasses.asdict(target_weights(version, panel))["model_version"] == version.name
