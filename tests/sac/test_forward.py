"""How a version did after its last decision: weeks that nobody knew when it was trained."""

import dataclasses

import numpy as np
import pytest

from sac import inference
from sac.config import CASH
from sac.forward import forward_record
from sac.portfolio import Validation, equal_weights
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import panel_of, perturbed, random_closes

AFTER = random_closes(stocks=6, first="2013-01-02", last="2020-02-14")
LATE = np.datetime64("2020-02-15")


@pytest.fixture(scope="module")
def longer():
    return panel_of(AFTER)


@pytest.fixture(scope="module")
def record(small_version, longer, tmp_path_factory):
    return forward_record(small_version, longer, tmp_path_factory.mktemp("cache"))


def test_it_begins_after_the_last_decision_and_ends_when_the_agents_expire(record, small_version):
    assert small_version.metadata.last_decision == "2018-12-28"
    assert (str(record.decisions[0]), str(record.decisions[-1])) == ("2019-01-04", "2019-12-27")
    assert not record.folds.any()
    assert record.members.shape == record.entries.shape == (52, small_version.settings.members)


def test_its_first_week_is_what_would_have_been_advised(record, small_version, longer):
    step = longer.step_at("2019-01-04")
    advice = inference.target_weights(small_version, longer, step=step, today=LATE)
    assert list(advice.target_weights) == [*record.symbols, CASH]
    np.testing.assert_allclose(record.weights[0], list(advice.target_weights.values()), atol=1e-7)


def test_it_is_walked_by_the_conviction_of_today(small_version, longer, record, tmp_path):
    doubt = Validation(0, "2018-01-05", "2018-12-28", 52, 0.01, 0.8, 0.4)
    metadata = dataclasses.replace(small_version.metadata, validations=[doubt])
    settings = dataclasses.replace(small_version.settings, follow="conviction")
    doubted = dataclasses.replace(small_version, metadata=metadata, settings=settings)
    half = forward_record(doubted, longer, tmp_path)
    equal = equal_weights(6, settings.constraints)
    np.testing.assert_allclose(half.weights[0], equal + 0.4 * (record.weights[0] - equal), atol=1e-7)


def test_it_is_kept_and_found_again(small_version, longer, record, tmp_path, monkeypatch):
    first = forward_record(small_version, longer, tmp_path)
    monkeypatch.setattr("sac.forward._backtest", lambda *given: pytest.fail("walked again"))
    again = forward_record(small_version, longer, tmp_path)
    for one in (first, again):
        np.testing.assert_array_equal(one.net, record.net)
        np.testing.assert_array_equal(one.entries, record.entries)


def test_a_damaged_copy_is_walked_again(small_version, longer, record, tmp_path):
    forward_record(small_version, longer, tmp_path)
    [kept] = (tmp_path / "forward").iterdir()
    kept.write_bytes(b"nothing")
    np.testing.assert_array_equal(forward_record(small_version, longer, tmp_path).net, record.net)


def test_without_a_later_week_or_with_other_stocks_there_is_none(small_version, tmp_path):
    assert forward_record(small_version, panel_of(CLOSES), tmp_path) is None
    others = random_closes(stocks=5, first="2013-01-02", last="2020-02-14")
    assert forward_record(small_version, panel_of(others), tmp_path) is None


def test_no_week_of_it_knows_later_prices(small_version, longer, record, tmp_path):
    changed = panel_of(perturbed(AFTER, record.decisions[20]))
    other = forward_record(small_version, changed, tmp_path)
    np.testing.assert_array_equal(record.weights[:21], other.weights[:21])
    assert not np.array_equal(record.weights[22], other.weights[22])
