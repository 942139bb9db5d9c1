"""Folds, validation weeks and who passes, on a small market."""

import dataclasses

import numpy as np
import pytest
import torch

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


def test_without_conviction_the_committee_stays_at_equal_weight():
    panel = with_planted_forecast(panel_of(CLOSES), 0.0)
    ensemble = train(panel)
    assert [validation.fold for validation in ensemble.validations] == [1, 0]
    sure = dataclasses.replace(ensemble.validations[0], conviction=0.0)
    result = dataclasses.replace(ensemble, validations=[sure, sure]).evaluate(panel, "test")
    np.testing.assert_array_equal(result.traded.weights, np.tile(equal_weights(5, TINY.constraints), (52, 1)))
    assert not np.allclose(result.agents.weights, result.traded.weights)  # what they would have done is kept
    assert not np.allclose(result.agents.members[:, 0], result.agents.members[:, 1])


def test_with_an_edge_the_committee_convinces_and_beats_equal_weight():
    panel = with_planted_forecast(panel_of(CLOSES), 0.5)
    agent = SACSettings(
        network="per_stock", init_alpha=0.02, hidden_sizes=(16, 16), batch_size=32, updates=600
    )
    ensemble = train(panel, dataclasses.replace(TINY, agent=agent))
    assert all(validation.conviction == 1.0 for validation in ensemble.validations)
    result = ensemble.evaluate(panel, "test").traded
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


@pytest.mark.parametrize("conviction", [0.0, 0.35, 1.0])
def test_a_committee_goes_as_far_towards_its_members_as_it_convinces(conviction):
    panel = with_planted_forecast(panel_of(CLOSES), 0.0)
    committee = train(panel).committee(0, "test", conviction)
    held, equal = np.array([0.1] * 5 + [0.5]), equal_weights(5, TINY.constraints)
    wanted = np.mean([member.allocate(panel, 300, held) for member in committee.members()], axis=0)
    assert not np.allclose(wanted, equal, atol=1e-3)
    expected = equal + conviction * (wanted - equal)
    np.testing.assert_allclose(committee.allocate(panel, 300, held), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("follow", "weeks", "followed"), [("agents", 52, 1.0), ("conviction", 52, None), ("conviction", 0, 1.0)]
)
def test_conviction_is_measured_and_followed_where_the_training_asks_for_it(follow, weeks, followed):
    panel = with_planted_forecast(panel_of(CLOSES), 0.0)
    ensemble = train(panel, dataclasses.replace(TINY, follow=follow, validation_weeks=weeks))
    assert len(ensemble.validations) == (2 if weeks else 0)
    for fold in range(2):
        measured = ensemble.validations[fold].conviction if followed is None else followed
        assert ensemble.conviction(fold) == measured
    result = ensemble.evaluate(panel, "test")
    assert (result.traded is result.agents) == (ensemble.conviction(0) == 1.0)


def test_the_record_as_traded_walks_between_equal_weight_and_the_agents():
    panel = with_planted_forecast(panel_of(CLOSES), 0.3)
    ensemble = train(panel, dataclasses.replace(TINY, evaluation_years=2))
    judged = zip(ensemble.validations, (0.5, 0.2, 1.0), strict=True)
    half = [dataclasses.replace(one, conviction=conviction) for one, conviction in judged]
    result = dataclasses.replace(ensemble, validations=half).evaluate(panel, "test")
    equal = equal_weights(5, TINY.constraints)
    own, traded = result.agents.weights - equal, result.traded.weights - equal
    np.testing.assert_allclose(abs(traded[:52]).sum(), 0.5 * abs(own[:52]).sum(), rtol=0.1)
    np.testing.assert_allclose(abs(traded[52:]).sum(), 0.2 * abs(own[52:]).sum(), rtol=0.1)
    assert not np.allclose(result.traded.members, result.agents.members)
    for record in (result.traded, result.agents):
        assert record.entries.shape == record.members.shape == (104, 2)
        np.testing.assert_allclose(record.entries[0], record.members[0])


def test_the_production_agents_are_looked_at_ten_times_before_they_see_their_validation_weeks():
    panel, seen = with_planted_forecast(panel_of(CLOSES), 0.3), []
    settings = dataclasses.replace(TINY, agent=dataclasses.replace(TINY.agent, updates=40))
    folds = evaluation_folds(panel, 1, 52)
    ensemble = train_ensemble(panel, folds, settings, lambda done, values: seen.append((done, values)))
    assert [point.update for point in ensemble.learning] == [3 * i for i in range(1, 11)]
    last = ensemble.learning[-1]
    assert last.excess == pytest.approx(ensemble.validations[-1].excess, abs=1e-9)  # the look that judges
    assert len(last.members) == 2
    told = {done: values for done, values in seen if "validation" in values}
    assert list(told) == [point.update for point in ensemble.learning]
    assert told[30]["validation_low"] <= np.mean(last.members) <= told[30]["validation_high"]
    assert train(panel, dataclasses.replace(settings, validation_weeks=0)).learning == []


def test_looking_changes_no_agent(monkeypatch):
    panel = with_planted_forecast(panel_of(CLOSES), 0.3)
    watched = train(panel)
    monkeypatch.setattr("sac.agent.ensemble._LOOKS", 1)
    unwatched = train(panel)
    for name, value in watched.state["actor"].items():
        assert torch.equal(value, unwatched.state["actor"][name])


def test_members_are_walked_as_if_each_were_alone():
    panel = with_planted_forecast(panel_of(CLOSES), 0.3)
    ensemble = train(panel, dataclasses.replace(TINY, evaluation_years=2))
    result, starts = (
        ensemble.evaluate(panel, "test").agents,
        [fold.evaluation.start for fold in ensemble.folds[:2]],
    )
    own = zip(*(ensemble.committee(year, "test").members() for year in (0, 1)), strict=True)
    for member, committees in enumerate(own):
        allocator = WalkForward(committees, starts, "alone")
        alone = backtest(allocator, panel, range(starts[0], starts[0] + 104), TINY.constraints)
        np.testing.assert_allclose(result.members[:, member], alone.net, atol=1e-6)
    assert not np.allclose(result.members[:, 0], result.members[:, 1])
