"""The exact gradient against finite differences, and the promises that every learner keeps."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from sac.agent import Committee, DirectLearner, PortfolioScaler
from sac.agent.learners.direct import traded_weights
from sac.config import Constraints, DirectSettings
from sac.portfolio.constraints import constrain
from tests.sac.agent.learners.test_sac import environment
from tests.support.synthetic import random_panel, with_planted_forecast

SETTINGS = DirectSettings(hidden_sizes=(8, 8), batch_size=4, horizon=6, updates=9)
NETWORKS = pytest.mark.parametrize("network", ["mlp", "per_stock"])


def learn(market, seeds, settings=SETTINGS):
    learner = DirectLearner(market, seeds, settings)
    learner.run(settings.updates)
    return learner


def at_random_weights(learner, seed=0):
    """The learner, its rollouts about to start from weights of which some break the limits."""
    generator = torch.Generator().manual_seed(seed)
    learner.weights = torch.softmax(2.0 * torch.randn(learner.weights.shape, generator=generator), -1)
    return learner


@pytest.mark.usefixtures("double")
@NETWORKS
@pytest.mark.parametrize("max_position", [0.5, 0.35])  # of three stocks: now and then, and nearly always
def test_the_gradient_is_that_of_finite_differences(network, max_position):
    """Through six weeks of drift, cost of every traded dollar, cash buffer, cap and step."""
    settings = dataclasses.replace(SETTINGS, network=network)
    constraints = Constraints(max_position=max_position, cost_rate=0.01, cash_buffer=0.05)
    market = dataclasses.replace(
        environment(2, settings, torch.float64), constraints=constraints, cost_rate=constraints.cost_rate
    )
    learner = at_random_weights(DirectLearner(market, [1, 2], settings))
    week = learner.first_weeks()

    def objective():
        return learner.objective(learner.roll_out(week)[0]).sum()

    objective().backward()
    gradient, flat = learner.optimizer.gradient.clone(), learner.optimizer.flat
    generator = torch.Generator().manual_seed(3)
    for _ in range(20):
        direction = torch.randn(flat.shape, generator=generator)
        sides = []
        for sign in (1.0, -1.0):
            flat.add_(direction, alpha=sign * 1e-7)
            sides.append(objective().item())
            flat.sub_(direction, alpha=sign * 1e-7)
        slope = (sides[0] - sides[1]) / 2e-7
        assert slope == pytest.approx((gradient @ direction).item(), rel=1e-4, abs=1e-5)


@pytest.mark.usefixtures("double")
def test_a_rollout_is_what_the_accounting_says_of_its_weights():
    """The objective week by week in plain numpy: held weights drift unseen to the fill and pay for it."""
    panel, market = random_panel(stocks=3), environment(1, SETTINGS, torch.float64)
    learner = at_random_weights(DirectLearner(market, [1], SETTINGS))
    week = learner.first_weeks()
    rewards, steps, after = (x.detach().numpy() for x in learner.roll_out(week))
    weights = learner.weights[0, 0].numpy()
    for t in range(SETTINGS.horizon):
        now = int(week[0, 0]) + t
        state = market.state(torch.tensor([[now]]), torch.tensor(weights)[None, None])
        logits, step = learner.actor(state)
        held = torch.tensor(weights)
        traded_to = traded_weights(logits, step, held, market.action_scale, market.constraints)
        target = traded_to[0, 0].detach().numpy()
        assert step.sigmoid().item() == pytest.approx(steps[0, t, 0])
        grown = weights * np.append(1 + panel.gaps[now], 1.0)
        traded = abs(target - grown / grown.sum())[:3].sum()
        growth = np.append(1 + panel.returns[now], 1.0)
        lead = math.log((1 - 0.001 * traded) * (target @ growth)) - math.log(
            np.array([0.98 / 3] * 3 + [0.02]) @ growth
        )
        assert 100 * lead == pytest.approx(rewards[0, t, 0], abs=1e-9)
        weights = target * np.append(1 + panel.seen[now], 1.0)
        weights /= weights.sum()
    np.testing.assert_allclose(weights, after[0, 0], atol=1e-12)


@pytest.mark.usefixtures("double")
def test_what_equal_weight_earned_does_not_change_what_is_learned():
    learners = [
        learn(environment(1, settings, torch.float64), [7], settings)
        for settings in (SETTINGS, dataclasses.replace(SETTINGS, relative_reward=False))
    ]
    relative, absolute = (learner.optimizer.flat for learner in learners)
    torch.testing.assert_close(relative, absolute, rtol=0, atol=1e-9)


@NETWORKS
def test_agents_are_reproducible_and_independent_of_their_company(network):
    settings = dataclasses.replace(SETTINGS, network=network)
    alone, again = (learn(environment(1), [7], settings).state()["actor"] for _ in range(2))
    among = learn(environment(3), [5, 6, 7], settings).state()["actor"]
    other = learn(environment(1), [8], settings).state()["actor"]
    for name, value in alone.items():
        assert torch.equal(value, again[name])
        torch.testing.assert_close(value[0], among[name][2], rtol=0, atol=1e-5)
        assert not torch.equal(value, other[name])


def test_rollouts_stay_inside_each_agents_window():
    market = environment(2, stop=40)
    poisoned = dataclasses.replace(market, growth=market.growth.clone())
    poisoned.growth[40:] = math.nan  # a single look past the window would show
    learner = DirectLearner(poisoned, [1, 2], SETTINGS)
    weeks = torch.stack([learner.first_weeks() for _ in range(200)])
    assert (int(weeks.min()), int(weeks.max())) == (0, 40 - SETTINGS.horizon)
    learner.run(20)
    assert torch.isfinite(learner.optimizer.flat).all()


def test_a_window_shorter_than_the_horizon_is_rolled_out_whole():
    learner = DirectLearner(environment(1, stop=4), [1], SETTINGS)
    assert learner.roll_out(learner.first_weeks())[0].shape == (1, 4, 4)


def test_every_portfolio_is_within_the_limits_wherever_it_comes_from():
    constraints, generator = Constraints(), torch.Generator().manual_seed(0)
    weights = torch.softmax(6.0 * torch.randn(500, 16, generator=generator, dtype=torch.float64), -1)
    logits, step = (
        3.0 * torch.randn(500, size, generator=generator, dtype=torch.float64) for size in (16, 1)
    )
    assert weights[:, :-1].max() > 0.9
    assert weights[:, -1].min() < 0.001
    traded = traded_weights(logits, step, weights, 5.0, constraints)
    assert traded[:, :-1].max() <= constraints.max_position + 1e-12
    assert traded[:, -1].min() >= constraints.cash_buffer - 1e-12
    assert (traded >= 0.0).all()
    torch.testing.assert_close(traded.sum(-1), torch.ones(500, dtype=torch.float64))
    still, whole = (
        traded_weights(logits, torch.full_like(step, size), weights, 5.0, constraints)
        for size in (-math.inf, math.inf)
    )
    torch.testing.assert_close(still, constrain(weights, constraints))
    assert not torch.allclose(whole, still, atol=0.1)


@NETWORKS
def test_the_committee_trades_what_was_trained(network):
    """The mean of its members' steps, each from the weights that are held, to float32's last digits."""
    settings = dataclasses.replace(SETTINGS, network=network)
    market, panel = environment(2, settings), with_planted_forecast(random_panel(stocks=3), 0.3)
    learner = learn(market, [1, 2], settings)
    scaler = PortfolioScaler.fit(panel.features[:100])
    committee = Committee(learner.state()["actor"], 4, scaler, settings, market.constraints)
    for held in ([0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 0.0, 1.0], [0.7, 0.1, 0.2, 0.0]):
        weights = torch.tensor(held).expand(2, 1, 4)
        logits, step = learner.actor(market.state(torch.full((2, 1), 57), weights))
        trained = traded_weights(logits, step, weights, settings.action_scale, market.constraints)
        traded = committee.allocate(panel, 57, np.array(held))
        np.testing.assert_allclose(traded, trained[:, 0].mean(0).detach().numpy(), atol=1e-6)
        assert traded.sum() == pytest.approx(1.0, abs=1e-12)


def test_a_stored_state_goes_on():
    market = environment(2)
    first = learn(market, [1, 2])
    second = DirectLearner(market, [3, 4], SETTINGS)
    second.restore(first.state())
    for name, value in first.state()["actor"].items():
        assert torch.equal(value, second.state()["actor"][name])
    second.run(3)
    assert float(second.state()["optimizers"]["policy"][0]["step"]) == SETTINGS.updates + 3
    for name, value in first.state()["actor"].items():
        assert not torch.equal(value, second.state()["actor"][name])


@pytest.mark.slow
def test_a_clear_edge_is_learned():
    """With a rank correlation of 0.3 the loss of trading without skill turns into a gain."""
    market = environment(2, stop=150)
    settings = dataclasses.replace(SETTINGS, horizon=13, batch_size=16, learning_rate=1e-3, updates=300)
    learner = DirectLearner(market, [1, 2], settings)

    def lead():
        return sum(learner.roll_out(learner.first_weeks())[0].mean().item() for _ in range(16)) / 16

    before = lead()
    learner.run(settings.updates)
    assert lead() > max(before, 0.0) + 0.2
