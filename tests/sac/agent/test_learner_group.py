"""Agents in several learners and processes: the bytes of one, one clear failure, nobody left behind."""

import dataclasses
import multiprocessing
from typing import Any

import numpy as np
import pytest
import torch

from sac import processes
from sac.agent import (
    evaluation_folds,
    fine_tune_ensemble,
    fine_tuning_blocks,
    learner_group,
    train_ensemble,
)
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.learner_group import LEARNERS, LearnerGroup
from sac.agent.scaler import PortfolioScaler
from sac.config import Constraints, DirectSettings, PPOSettings, SACSettings, TrainingSettings
from sac.errors import Cancelled, DeskError
from sac.threads import one_thread
from tests.support.synthetic import panel_of, random_closes, random_panel, with_planted_forecast

SMALL: dict[str, Any] = {"hidden_sizes": (8, 8), "batch_size": 7, "updates": 30}
SETTINGS = {
    "sac": SACSettings(warmup_steps=8, buffer_size=64, **SMALL),
    "ppo": PPOSettings(n_envs=3, rollout_weeks=9, epochs=2, **SMALL),
    "direct": DirectSettings(horizon=4, **SMALL),
}
AGENTS = 5
KINDS = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
NETWORKS = pytest.mark.parametrize("network", ["mlp", "per_stock"])


@pytest.fixture(autouse=True)
def one():
    before = torch.get_num_threads()
    one_thread()
    yield
    torch.set_num_threads(before)
    assert not [child for child in multiprocessing.active_children() if "Spawn" in type(child).__name__]


def market(settings, stocks=5):
    """Two folds' features, and a window of its own for every agent."""
    panel = with_planted_forecast(random_panel(stocks=stocks, first="2014-01-02", last="2016-12-30"), 0.3)
    features = [
        flat_features(PortfolioScaler.fit(panel.features[:n]).transform(panel.features)) for n in (60, 90)
    ]
    return PortfolioEnvironment.over(
        panel,
        np.stack(features),
        [0, 0, 1, 1, 1],
        [60, 62, 90, 91, 92],
        settings,
        Constraints(max_position=0.5),
    )


def leaves(state):
    """Every tensor with an agent dimension of a nested state."""
    if isinstance(state, torch.Tensor):
        return [state] if state.ndim else []
    values = state.values() if isinstance(state, dict) else state
    return [leaf for value in values for leaf in leaves(value)]


def same(one, other):
    return all(torch.equal(*pair) for pair in zip(leaves(one), leaves(other), strict=True))


@NETWORKS
@KINDS
@pytest.mark.parametrize("stocks", [3, 5, 23])
def test_an_agent_has_the_same_bytes_in_any_company(settings, network, stocks):
    settings, seeds = dataclasses.replace(settings, network=network), list(range(AGENTS))
    environment = market(settings, stocks)

    def trained(rows):
        learner = LEARNERS[settings.algorithm](
            environment.part(rows), seeds[rows.start : rows.stop], settings
        )
        values = learner.run(settings.updates)
        return learner.state(), values

    state, values = trained(range(AGENTS))
    for rows in (range(2), range(1, 4), range(2, 5), range(3, 5)):
        own, shown = trained(rows)
        expected = [leaf[rows.start : rows.stop] for leaf in leaves(state)]
        assert all(torch.equal(*pair) for pair in zip(leaves(own), expected, strict=True)), rows
        assert all(torch.equal(shown[name], values[name][rows.start : rows.stop]) for name in values), rows


@KINDS
def test_groups_in_one_process_are_one_learner(settings, monkeypatch):
    environment, seeds = market(settings), list(range(AGENTS))
    whole = LEARNERS[settings.algorithm](environment, seeds, settings)
    monkeypatch.setattr(learner_group, "_MOST", 3)
    parts = LearnerGroup.here(environment, seeds, settings)
    later = dataclasses.replace(environment, stop=environment.stop + 20)
    shown = []
    for learner in (whole, parts):
        learner.run(11)
        learner.go_on_in(later)
        shown.append(learner.run(6))
    assert same(whole.state(), parts.state())
    assert same(*shown)
    assert same(whole.actor_state(), parts.state()["actor"])
    again = LearnerGroup.here(environment, seeds, settings)
    again.restore(parts.state())
    assert same(again.state(), parts.state())


def test_no_learner_has_a_single_agent():
    for agents in range(2, 70):
        for most in (1, 2, 3, 5, 16, 100):
            parts = learner_group._evenly(agents, min(most, agents // 2))
            assert [row for part in parts for row in part] == list(range(agents))
            assert min(map(len, parts)) >= 2
            assert max(map(len, parts)) - min(map(len, parts)) <= 1


CLOSES = random_closes(stocks=5, first="2011-01-03", last="2018-12-28")


def training(settings):
    return TrainingSettings(
        members=2,
        evaluation_years=1,
        validation_weeks=52,
        constraints=Constraints(max_position=0.5),
        agent=settings,
    )


def learned(settings, helpers=(), report=lambda done, values: None):
    panel, rules = with_planted_forecast(panel_of(CLOSES), 0.2), training(settings)
    return train_ensemble(panel, evaluation_folds(panel, 1, 52), rules, report, helpers)


@pytest.mark.slow
def test_helpers_train_the_same_bytes():
    with processes.helpers(1) as helpers:
        for settings in SETTINGS.values():
            told, heard = [], []
            alone = learned(settings, report=lambda *news, to=told: to.append(news))
            together = learned(settings, helpers, lambda *news, to=heard: to.append(news))
            assert same(alone.state, together.state)
            assert alone.log.equals(together.log)
            assert alone.validations == together.validations
            assert alone.learning == together.learning
            assert told == heard


@pytest.mark.slow
def test_a_helper_fine_tunes_the_same_bytes():
    panel, settings = with_planted_forecast(panel_of(CLOSES), 0.2), training(SETTINGS["sac"])
    parent = learned(SETTINGS["sac"])
    blocks = fine_tuning_blocks(panel, [parent.folds[0].evaluation.start], panel.complete_steps)
    with processes.helpers(1) as helpers:
        alone, together = (
            fine_tune_ensemble(panel, parent, blocks, settings, lambda done, values: None, others)
            for others in ([], helpers)
        )
    assert same(alone.state, together.state)
    assert alone.validations == together.validations


@pytest.mark.slow
def test_a_helper_that_dies_is_one_clear_failure():
    def kill(done, values):
        for child in multiprocessing.active_children():
            child.kill()

    told = r"A process that trained agents died, perhaps for want of memory\. .*SAC_DESK_CORES"
    with processes.helpers(1) as helpers, pytest.raises(DeskError, match=told):
        learned(SETTINGS["sac"], helpers, kill)


@pytest.mark.slow
def test_a_stop_ends_the_helpers():
    def stop(done, values):
        raise Cancelled

    with pytest.raises(Cancelled), processes.helpers(1) as helpers:
        learned(SETTINGS["sac"], helpers, stop)
