"""What the speed benchmark counts and runs; never how fast it is."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import speed
from benchmarks.libraries import eager
from benchmarks.rounds import Contender, Measurement, Report, environment, measure, sgemm
from sac.agent.learners.replay import Batch, Replay, draws
from sac.agent.learners.sac import SoftActorCritic
from sac.agent.unbatched import UnbatchedEnvironment
from tests.support.trainers import two_reports

pytestmark = pytest.mark.slow

SMALL = Contender("small", stocks=3, weeks=120)


def test_the_plans_update_counts_what_a_hand_counts():
    forward = {"actor": 136 * 64 + 64 * 64 + 64 * 32, "critics": 2 * (152 * 64 + 64 * 64 + 64 * 1)}
    actor = 2 * forward["actor"] + forward["actor"] + (64 * 64 + 64 * 32)
    hidden = 2 * (64 * 64 + 64 * 1)
    critics = 3 * forward["critics"] + forward["critics"] + hidden + (hidden + 2 * 16 * 64)
    assert speed.update_flop(Contender("").settings, 15) == 2 * 64 * (actor + critics) == 23_101_440


@pytest.mark.parametrize("preset", ["plan", "desk"])
def test_the_engine_does_the_products_that_are_counted_and_few_more(preset):
    contender = Contender("", preset=preset)
    market, settings = environment(contender), contender.settings
    agents = SoftActorCritic([0], market.assets, settings, market.constraints)
    replay = Replay(market, 64, settings.counterfactual)
    draw = next(draws(agents.generators, settings.batch_size, market.assets))
    action, week = draw.explore[:, None] * 2.0 - 1.0, torch.zeros(1, 1, dtype=torch.int64)
    replay.add(week, torch.softmax(draw.noise[:, -1:], -1), action, market.target(action))
    week, weights, decision = replay.pick(draw)
    reward, after = market.step(week, weights, decision[..., market.assets :])
    states = market.state(torch.cat([week, week + 1], 1), torch.cat([weights, after], 1))
    batch = Batch(states, decision, reward, draw.noise[:, :-1])
    with FlopCounterMode(display=False) as done:
        agents.update(batch)
    # The outer product in the values' gradient is a broadcast, which the counter does not see.
    outer = 2 * settings.batch_size * 2 * settings.hidden_sizes[1] * 2
    assert 1.0 <= (done.get_total_flops() + outer) / speed.update_flop(settings, 15) < 1.25


@pytest.mark.parametrize("stocks", [3, 15])
def test_the_libraries_train_on_the_same_market(stocks):
    market = environment(dataclasses.replace(SMALL, stocks=stocks))
    walk, rng = UnbatchedEnvironment(market), np.random.default_rng(0)
    week, weights = torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, 1, stocks + 1)
    weights[..., -1] = 1.0
    assert walk.size == 9 * stocks + 1
    np.testing.assert_array_equal(walk.reset(), market.state(week, weights)[0, 0])
    for number in range(1, 121):
        action = rng.uniform(-1, 1, stocks + 1).astype(np.float32)
        reward, weights = market.step(week, weights, market.target(torch.tensor(action)[None, None]))
        week = week + 1
        state, gained, over = walk.step(action)
        np.testing.assert_allclose(state, market.state(week, weights)[0, 0], atol=2e-6)
        assert abs(gained - reward.item()) < 1e-4
        assert over == (number == 120)
    np.testing.assert_array_equal(walk.reset()[-stocks - 1 :], [0] * stocks + [1])


@pytest.mark.parametrize("trainer", [eager.sac, sgemm])
def test_a_trainer_reports_every_chunk_until_it_is_stopped(trainer):
    settings = dataclasses.replace(SMALL.settings, warmup_steps=10, batch_size=8)
    assert two_reports(trainer, environment(SMALL), settings, 3) == [3, 6]


def test_contenders_take_turns_in_their_own_processes():
    pair = dataclasses.replace(SMALL, agents=2)
    absent = dataclasses.replace(SMALL, trainer="absent", needs="a_package_that_nobody_has")
    broken = dataclasses.replace(SMALL, trainer="no_such_trainer")
    results = measure([pair, absent, broken], rounds=2, updates=64)
    assert [len(result.rounds) for result in results] == [2, 0, 0]
    assert [report.updates for report in results[0].rounds] == [32, 32]
    assert min(results[0].rates) > 0
    assert results[0].rounds[0].peak > 50
    assert results[1].problem == "a_package_that_nobody_has is not installed: pip install -e .[bench]"
    assert results[2].problem.startswith("failed")
    rows = speed.speed_rows(results, results[0], 1e9)
    assert rows[0][2] == "1.00×"
    assert rows[1] == ["a_package_that_nobody_has is not installed: pip install -e .[bench]", "–", "–", "–"]


def test_rates_are_medians_of_agent_updates():
    result = Measurement(dataclasses.replace(SMALL, agents=4))
    result.first = Report(10, 7.0, 1.0)
    result.rounds = [Report(10, 2.0, 1.0), Report(10, 4.0, 1.0), Report(10, 1.0, 1.0)]
    assert result.rates == [20.0, 10.0, 40.0]
    assert result.rate == 20.0
    assert result.start_up == 5.0
    flop = speed.update_flop(result.contender.settings, 3)
    assert speed.speed_rows([result], result, 100.0 * flop) == [["20", "10–40", "1.00×", "20%"]]


def test_an_update_of_a_shared_network_costs_as_much_at_any_number_of_stocks():
    desk, plan = (Contender("", preset=preset).settings for preset in ("desk", "plan"))
    assert speed.update_flop(desk, 15) == pytest.approx(speed.update_flop(desk, 200), rel=0.15)
    assert speed.update_flop(plan, 200) > 8 * speed.update_flop(plan, 15)
