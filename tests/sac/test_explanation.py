import dataclasses

import numpy as np
import pytest

from sac.config import CASH, SIGNALS
from sac.explanation import explain
from sac.inference import Holdings, committee_of, target_weights
from sac.portfolio import Validation
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import THEN, panel_of


@pytest.fixture(scope="module")
def version(small_version):
    return small_version


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


def test_the_sensitivity_is_what_the_committee_answers_to_a_higher_forecast(version, panel):
    held = Holdings(cash=400.0, positions={"S01": 600.0})
    advice = target_weights(version, panel, held, panel.step_at("2018-06-20"), today=THEN)
    views = explain(version, panel, panel.step_at(advice.as_of), advice).stocks
    assert [view.symbol for view in views] == list(panel.symbols)
    step = int(np.flatnonzero(panel.decisions == np.datetime64("2018-06-15"))[0])
    committee = committee_of(version)
    for i in (0, 4):
        forecasts = np.full(panel.returns.shape, np.nan)
        forecasts[step] = list(advice.forecasts.values())
        forecasts[step, i] += committee.scaler.scale[-1]
        weights = np.array([0.0, 0.6, 0.0, 0.0, 0.0, 0.0, 0.4])
        target = committee.allocate(panel.with_forecasts(forecasts), step, weights)
        moved = target[i] - advice.target_weights[panel.symbols[i]]
        assert views[i].sensitivity == pytest.approx(moved, abs=1e-9)
    assert any(abs(view.sensitivity) > 1e-6 for view in views)


def test_it_repeats_the_advice_and_knows_what_is_not_known(version, panel):
    advice = target_weights(version, panel, Holdings(cash=400.0, positions={"S01": 600.0}), today=THEN)
    explanation = explain(version, panel, panel.step_at(advice.as_of), advice)
    assert explanation.conviction == 1.0
    assert explanation.alpha_step > 0
    for view in explanation.stocks:
        assert view.forecast == advice.forecasts[view.symbol]
        assert view.target_weight == advice.target_weights[view.symbol]
        assert view.signals == dict.fromkeys(SIGNALS)
    assert explanation.stocks[1].held_weight == pytest.approx(0.6)


def test_known_signals_are_told(version, panel):
    signals = panel.signals.copy()
    signals[-1, 2, 0] = 0.25
    informed = dataclasses.replace(panel, signals=signals)
    view = explain(
        version, informed, informed.step_at(), target_weights(version, informed, today=THEN)
    ).stocks[2]
    assert (view.signals["news_sentiment"], view.signals["net_margin"]) == (0.25, None)


def test_without_a_forecast_there_is_no_sensitivity(version, panel):
    advice = target_weights(version, panel, today=THEN)
    blind = dataclasses.replace(advice, alphas={**advice.alphas, "S03": None})
    assert [view.sensitivity is None for view in explain(version, panel, panel.step_at(), blind).stocks] == [
        symbol == "S03" for symbol in panel.symbols
    ]


def test_what_is_sold_outside_counts_as_cash(version, panel):
    sold = Holdings(cash=100.0, positions={"S01": 600.0, "TSLA": 300.0})
    advice = target_weights(version, panel, sold, outside="sell", today=THEN)
    plain = target_weights(version, panel, Holdings(cash=400.0, positions={"S01": 600.0}), today=THEN)
    assert advice.target_weights[CASH] == plain.target_weights[CASH]
    assert explain(version, panel, panel.step_at(advice.as_of), advice) == explain(
        version, panel, panel.step_at(plain.as_of), plain
    )


def test_a_committee_that_is_not_followed_moves_with_no_forecast(version, panel):
    verdict = Validation(0, "2018-01-05", "2018-12-28", 52, -0.01, -1.0, 0.0)
    metadata = dataclasses.replace(version.metadata, validations=[verdict])
    failing = dataclasses.replace(version, metadata=metadata)
    explanation = explain(failing, panel, panel.step_at(), target_weights(failing, panel, today=THEN))
    assert explanation.conviction == 0.0
    assert [view.sensitivity for view in explanation.stocks] == pytest.approx([0.0] * 6)
