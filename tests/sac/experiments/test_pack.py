"""What is trained together comes to what it would have come to alone."""

import dataclasses

import numpy as np
import pytest
import torch

from sac.agent import evaluation_folds, selection_fold, train_ensemble
from sac.errors import DataError
from sac.experiments.pack import packs_of, train_agents, train_pack
from sac.experiments.sweep import sweep_of, trials_of
from sac.registry.codecs import pack_json
from tests.support.small_sweeps import CLOSES, SMALL, panel, sweep
from tests.support.synthetic import panel_of, perturbed, random_closes, with_planted_forecast

pytestmark = pytest.mark.slow


def ignore(fraction):
    pass


@pytest.fixture(scope="module")
def market():
    return with_planted_forecast(panel(), 0.2)


@pytest.mark.parametrize(
    ("variant", "varied"),
    [
        ("sac_lstm", {"gamma": [0.5, 0.99], "reward_scale": [1, 100], "init_alpha": [0.02, 0.3]}),
        ("sac_lstm", {"action_scale": [1, 6], "cost_rate": [0, 0.01], "network": ["per_stock", "mlp"]}),
        ("sac_lstm", {"actor_lr": [1e-3, 1e-4], "critic_lr": [1e-3, 3e-4], "alpha_lr": [1e-3, 3e-4]}),
        ("ppo_lstm", {"action_scale": [1, 6], "reward_scale": [1, 100], "cost_rate": [0, 0.01]}),
        ("direct_lstm", {"action_scale": [1, 6], "cost_rate": [0, 0.01], "network": ["per_stock", "mlp"]}),
    ],
)
def test_a_packed_trial_is_the_trial_alone(market, variant, varied):
    small = {name: SMALL[name] for name in SMALL if variant == "sac_lstm" or name != "warmup_steps"}
    asked = {"variant": variant, "years": 1, "members": 2, "seeds": [3, 4], "grid": {**varied, **small}}
    trials = trials_of(sweep_of(asked), market)
    packs = packs_of(trials)
    assert len(packs) < len(trials)
    together = {result.key: result for pack in packs for result in train_pack(market, pack, ignore)}
    for trial in trials:
        (alone,) = train_pack(market, [trial], ignore)
        np.testing.assert_allclose(together[trial.key].net, alone.net, rtol=0, atol=1e-7)
    assert len({result.net for result in together.values()}) == len(trials)


def test_a_pack_comes_to_the_same_bytes_every_time(market):
    pack = packs_of(trials_of(sweep(), market))[0]
    one, other = (train_pack(market, pack, ignore) for _ in range(2))
    assert [pack_json(result) for result in one] == [pack_json(result) for result in other]


def test_a_trial_trains_the_agents_that_an_ordinary_training_would(market):
    trial = trials_of(sweep(members=2), market)[-1]
    fold = selection_fold(market, 1)
    settings = dataclasses.replace(trial.settings, validation_weeks=0)
    ordinary = train_ensemble(market, [fold], settings, lambda done, values: None)
    committee = train_agents(market, [trial], fold, ignore)
    for name, values in ordinary.state["actor"].items():
        torch.testing.assert_close(committee._state[name], values, rtol=0, atol=1e-6)


def test_packs_hold_twelve_agents_at_most(market):
    trials = trials_of(sweep(), market)
    assert [len(pack) for pack in packs_of(trials)] == [12, 12]
    assert [trial for pack in packs_of(trials) for trial in pack] == trials
    assert {len(pack) for pack in packs_of(trials_of(sweep(members=5), market))} == {2, 3}
    assert {len(pack) for pack in packs_of(trials_of(sweep(members=15), market))} == {1}


def test_trials_are_judged_before_the_first_evaluation_year_and_trained_before_that(market):
    fold, first = selection_fold(market, 2), evaluation_folds(market, 2)[0]
    assert len(fold.evaluation) == 104
    assert market.fills[fold.evaluation.stop] <= market.decisions[first.evaluation.start]
    assert market.fills[fold.train_stop] <= market.decisions[fold.evaluation.start]


def test_no_price_of_the_evaluation_years_changes_a_trial(market):
    first = evaluation_folds(market, 1)[0].evaluation.start
    later = panel_of(perturbed(CLOSES, market.decisions[first])).with_forecasts(market.forecasts)
    assert not np.array_equal(later.returns[:-1], market.returns[:-1])
    trials = trials_of(sweep(seeds=[0]), market)
    known, changed = (train_pack(each, trials, ignore) for each in (market, later))
    assert [pack_json(result) for result in known] == [pack_json(result) for result in changed]


def test_too_short_a_history_is_refused():
    short = panel_of(random_closes(first="2015-06-01", last="2018-12-28"))
    with pytest.raises(DataError, match="208 weeks of history before the 1 evaluation years"):
        selection_fold(short, 1)
