"""How far an allocator is believed: between equal weight and all of it, by its weeks out of training."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sac.config import Constraints
from sac.portfolio import (
    EqualWeight,
    Validation,
    backtest,
    equal_weights,
    expected_maximum,
    tilted,
    validate,
    validation_of,
)
from sac.registry.codecs import pack_json, unpack_json
from tests.sac.portfolio.test_backtest import AtRandom, Clairvoyant, Fixed
from tests.support.synthetic import random_panel

CONSTRAINTS = Constraints()
FACTS: dict[str, Any] = {"fold": 0, "start": "2018-01-05", "end": "2018-12-28", "weeks": 52}


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=6)


def earned(t, weeks=104):
    """Weekly leads whose t statistic is t."""
    noise = np.random.default_rng(weeks).normal(size=weeks)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return 0.01 * (noise + t / math.sqrt(weeks))


def test_an_allocator_with_an_edge_is_followed_without_reserve(panel):
    found = validate(panel, Clairvoyant(), range(50, 154), 2, CONSTRAINTS)
    assert (found.conviction, found.fold, found.weeks) == (1.0, 2, 104)
    assert (found.start, found.end) == (str(panel.decisions[50]), str(panel.decisions[153]))


def test_trading_without_an_edge_convinces_nobody(panel):
    assert validate(panel, AtRandom(), range(50, 154), 0, CONSTRAINTS).conviction == 0.0


def test_equal_weight_itself_has_no_edge(panel):
    found = validate(panel, EqualWeight(CONSTRAINTS), range(50, 154), 0, CONSTRAINTS)
    assert (found.excess, found.t_statistic, found.conviction) == (0.0, 0.0, 0.0)


def test_the_figures_by_hand(panel):
    tilt = Fixed(np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.08, 0.02]))
    found = validate(panel, tilt, range(10, 114), 0, CONSTRAINTS)
    result, equal = (
        backtest(x, panel, range(10, 114), CONSTRAINTS) for x in (tilt, EqualWeight(CONSTRAINTS))
    )
    assert found.excess == pytest.approx(np.log(result.wealth[-1] / equal.wealth[-1]) / 2)
    lead = np.log(1 + result.net) - np.log(1 + equal.net)
    assert found.t_statistic == pytest.approx(lead.mean() / (lead.std(ddof=1) / np.sqrt(104)))
    assert found.conviction == pytest.approx(min(max(found.t_statistic / 2, 0.0), 1.0))


@pytest.mark.parametrize(
    ("t", "conviction"), [(-1.0, 0.0), (0.0, 0.0), (0.8, 0.4), (1.2, 0.6), (2.0, 1.0), (3.0, 1.0)]
)
def test_conviction_rises_with_the_evidence_and_knows_no_jump(t, conviction):
    found = validation_of(earned(t), "2018-01-05", "2018-12-28", 0)
    assert found.t_statistic == pytest.approx(t, abs=1e-9)
    assert found.conviction == pytest.approx(conviction, abs=1e-9)


def test_the_best_of_many_settings_pays_for_the_choice():
    alone, chosen = (validation_of(earned(3.0), "a", "b", 0, trials=n) for n in (1, 20))
    assert chosen.t_statistic == alone.t_statistic
    assert chosen.luck == expected_maximum(20)
    assert chosen.conviction == pytest.approx((3.0 - chosen.luck) / 2)
    assert "of which 1.9 are the luck of the best setting" in chosen.evidence


@pytest.mark.parametrize("count", [2, 5, 12, 50, 400])
def test_the_luck_is_that_of_the_best_of_as_many_normal_numbers(count):
    draws = np.random.default_rng(count).normal(size=(20_000, count)).max(axis=1)
    assert expected_maximum(count) == pytest.approx(draws.mean(), abs=0.06)
    assert expected_maximum(1) == 0.0


def test_without_an_edge_the_best_of_a_sweep_is_hardly_followed():
    """Chosen on the weeks that also judge it: without the deduction it would stand near t 2."""
    rng, trusted, deducted = np.random.default_rng(4), [], []
    for _ in range(200):
        best = max(rng.normal(0.0, 0.01, (24, 104)), key=lambda lead: lead.mean() / lead.std())
        for kept, trials in ((trusted, 1), (deducted, 24)):
            kept.append(validation_of(best, "a", "b", 0, trials).conviction)
    assert np.mean(trusted) > 0.85
    assert np.mean(deducted) < 0.15


def test_the_evidence_says_both_figures_and_whose_weeks_they_are():
    said = Validation(**FACTS, excess=0.0234, t_statistic=1.26, conviction=0.63).evidence
    assert said == (
        "+2.3 pp of annualised log growth over equal weight (t +1.3) on 52 validation weeks, "
        "2018-01-05 to 2018-12-28."
    )
    own = Validation(**FACTS, excess=0.0, t_statistic=0.0, conviction=0.0, source="blocks")
    assert "52 weeks of its own fine-tuning blocks" in own.evidence


@pytest.mark.parametrize("trusted", [True, False])
def test_what_engine_3_trusted_is_all_or_nothing(trusted):
    stored = {**FACTS, "excess": 0.01, "t_statistic": 1.4, "trusted": trusted}
    found = unpack_json(pack_json(stored), Validation)
    assert found.conviction == float(trusted)
    assert unpack_json(pack_json(found), Validation) == found
    assert b"trusted" not in pack_json(found)


@given(
    logits=st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8),
    conviction=st.floats(0.0, 1.0),
)
def test_what_is_followed_keeps_every_limit(logits, conviction):
    """Equal weight and the agents keep them, and the limits are convex."""
    stocks = 0.2 * np.array(logits[:7])
    stocks *= min(1.0, 0.98 / max(stocks.sum(), 1e-9))
    agents = np.append(stocks, 1.0 - stocks.sum())
    held = tilted(agents, equal_weights(7, CONSTRAINTS), conviction)
    assert held.sum() == pytest.approx(1.0)
    assert (held >= -1e-12).all()
    assert (held[:-1] <= 0.2 + 1e-12).all()
    assert held[-1] >= 0.02 - 1e-12


def test_all_and_nothing_are_exact():
    agents, equal = np.array([0.1, 0.2, 0.7]), equal_weights(2, CONSTRAINTS)
    assert tilted(agents, equal, 1.0) is agents
    np.testing.assert_array_equal(tilted(agents, equal, 0.0), equal)
