"""Folds, validation weeks and who passes, on a small market."""

import dataclasses

import numpy as np
import pytest

from sac.agent import evaluation_folds, train_ensemble
from sac.agent.committee import WalkForward
from sac.config import Constraints, SACSettings, TrainingSettings
from sac.portfolio import backtest, equal_weights
from tests.support.synthetic import panel_of, perturbed, random_closes, with_planted_forecast

CLOSES = random_closes(stocks=5, first="2011-01-03", last="2018-12-28")
TINY = TrainingSettings(
    members=2,
    evaluation_years=1,
    validation_weeks=52,
    constraints=Constraints(max_position=0.5),  # with 0.2 five stocks could hold nothing but equal weights
    agent=SACSettings(hidden_sizes=(8, 8), batch_size=8, warmup_steps=8, updates=12),
)


def ignore(done, values):
    pass


def train(panel, settings=TINY):
    folds = evaluation_folds(panel, settings.evaluation_years, settings.validation_weeks)
    return train_ensemble(panel, folds, settings, ignore)


def test_held_out_weeks_are_the_last_of_training_and_unknown_to_what_they_judge():
    panel = panel_of(CLOSES)
    for fold in evaluation_folds(panel, 2, 52):
        assert fold.validation == range(fold.train_stop - 52, fold.train_stop)
        assert fold.inner_stop == panel.steps_known_at(fold.validation.start)
        assert (panel.fills[1 : fold.inner_stop + 1] <= panel.decisions[fold.validation.start]).all()


def test_without_an_edge_the_committee_stays_at_equal_weight():
    panel = with_planted_forecast(panel_of(CLOSES), 0.0)
    ensemble = train(panel)
    assert [validation.fold for validation in ensemble.validations] == [1, 0]
    result = ensemble.evaluate(panel, "test")
    if not ensemble.validations[0].passed:
        np.testing.assert_allclose(result.weights, np.tile(equal_weights(5, TINY.constraints), (52, 1)))
    assert not np.allclose(
        result.members[:, 0], result.members[:, 1]
    )  # what the agents would have done is kept


def test_with_an_edge_the_committee_passes_validation_and_beats_equal_weight():
    panel = with_planted_forecast(panel_of(CLOSES), 0.5)
    agent = SACSettings(
        network="per_stock", init_alpha=0.02, hidden_sizes=(16, 16), batch_size=32, updates=600
    )
    ensemble = train(panel, dataclasses.replace(TINY, agent=agent))
    assert all(validation.passed for validation in ensemble.validations)
    result = ensemble.evaluate(panel, "test")
    equal = result.growth @ equal_weights(5, TINY.constraints) - 1
    assert np.log1p(result.net).sum() > np.log1p(equal).sum() + 0.1


def test_the_verdict_knows_no_price_after_the_held_out_weeks():
    panel = panel_of(CLOSES)
    fold = evaluation_folds(panel, 1, 52)[0]
    session = panel.fills[fold.train_stop]
    later = panel_of(perturbed(CLOSES, session))
    forecasts = with_planted_forecast(panel, 0.3).forecasts
    known, changed = (train(x.with_forecasts(forecasts)) for x in (panel, later))
    assert known.validations[0] == changed.validations[0]
    assert known.validations[1] != changed.validations[1]


def test_agents_go_on_with_the_held_out_weeks():
    panel = with_planted_forecast(panel_of(CLOSES), 0.3)
    held, all_along = train(panel), train(panel, dataclasses.replace(TINY, validation_weeks=0))
    assert all_along.validations == []
    assert held.log["update"].max() == all_along.log["update"].max() == TINY.agent.updates
    assert held.state["optimizers"]["actor"][0]["step"] == TINY.agent.updates


@pytest.mark.parametrize("weeks", [0, 52])
def test_the_committee_that_did_not_pass_keeps_its_members(weeks):
    panel = with_planted_forecast(panel_of(CLOSES), 0.0)
    ensemble = train(panel, dataclasses.replace(TINY, validation_weeks=weeks))
    committee = ensemble.committee(0, "test")
    held = np.array([0.1] * 5 + [0.5])
    members = [member.allocate(panel, 300, held) for member in committee.members()]
    expected = np.mean(members, axis=0) if committee.passed else equal_weights(5, TINY.constraints)
    np.testing.assert_allclose(committee.allocate(panel, 300, held), expected, atol=1e-7)


def test_members_are_walked_as_if_each_were_alone():
    panel = with_planted_forecast(panel_of(CLOSES), 0.3)
    ensemble = train(panel, dataclasses.replace(TINY, evaluation_years=2))
    result, starts = ensemble.evaluate(panel, "test"), [fold.evaluation.start for fold in ensemble.folds[:2]]
    own = zip(*(ensemble.committee(year, "test").members() for year in (0, 1)), strict=True)
    for member, committees in enumerate(own):
        allocator = WalkForward(committees, starts, "alone")
        alone = backtest(allocator, panel, range(starts[0], starts[0] + 104), TINY.constraints)
        np.testing.assert_allclose(result.members[:, member], alone.net, atol=1e-6)
    assert not np.allclose(result.members[:, 0], result.members[:, 1])
