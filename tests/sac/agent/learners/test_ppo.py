"""PPO's maths against plain loops, and the promises that every learner keeps."""

import dataclasses
import math

import pytest
import torch

from sac.agent import PPOLearner
from sac.agent.learners.ppo import _generalised_advantage, _log_prob, _losses, _Rollout
from sac.config import PPOSettings
from tests.sac.agent.learners.test_sac import environment

SETTINGS = PPOSettings(hidden_sizes=(8, 8), batch_size=16, n_envs=4, rollout_weeks=12, epochs=2, updates=9)


def learn(market, seeds, settings=SETTINGS):
    learner = PPOLearner(market, seeds, settings)
    learner.run(settings.updates)
    return learner


def test_generalised_advantage_is_the_discounted_sum_of_surprises():
    generator = torch.Generator().manual_seed(0)
    reward, value = (torch.randn(2, 7, 3, generator=generator) for _ in range(2))
    last = torch.randn(2, 3, generator=generator)
    ours = _generalised_advantage(reward, value, last, 0.9, 0.8)
    following = torch.cat([value[:, 1:], last[:, None]], 1)
    for t in range(7):
        by_hand = sum(
            (0.9 * 0.8) ** (s - t) * (reward[:, s] + 0.9 * following[:, s] - value[:, s]) for s in range(t, 7)
        )
        torch.testing.assert_close(ours[:, t], by_hand)


def test_the_log_density_is_that_of_the_gaussian():
    generator = torch.Generator().manual_seed(0)
    mean, log_std, logits = (torch.randn(2, 5, 4, generator=generator) for _ in range(3))
    expected = torch.distributions.Normal(mean, log_std.exp()).log_prob(logits).sum(-1)
    torch.testing.assert_close(_log_prob(mean, log_std, logits), expected)


@pytest.mark.parametrize(
    "apart", [0.05, 0.5]
)  # from the policy that rolled out: the clip binds seldom, often
def test_the_losses_gradients_are_autograds(apart):
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    shape, settings = (3, 40, 4), PPOSettings(clip=0.2, value_weight=0.7, entropy_weight=0.05)
    before = drawn(*shape), 0.3 * drawn(*shape)
    logits = before[0] + before[1].exp() * drawn(*shape)
    advantage, returns = drawn(3, 40), drawn(3, 40)
    batch = _Rollout(None, None, logits, _log_prob(*before, logits), advantage, returns)
    outputs = [(known + apart * drawn(*shape)).requires_grad_() for known in before]
    outputs.append(drawn(3, 40).requires_grad_())
    values, gradients = _losses(tuple(outputs), batch, settings)
    density = torch.distributions.Normal(outputs[0], outputs[1].exp()).log_prob(logits).sum(-1)
    ratio = (density - batch.log_prob).exp()
    sure = (advantage - advantage.mean(1, keepdim=True)) / (advantage.std(1, keepdim=True) + 1e-8)
    objective = torch.min(ratio * sure, ratio.clamp(0.8, 1.2) * sure).mean(1)
    torch.testing.assert_close(values["actor_loss"], -objective)
    loss = values["critic_loss"] * 0.7 - objective - 0.05 * values["entropy"]
    for own, textbook in zip(gradients, torch.autograd.grad(loss.sum(), outputs), strict=True):
        torch.testing.assert_close(own, textbook, rtol=0, atol=1e-12)
    assert ((ratio < 0.8) | (ratio > 1.2)).double().mean() > apart / 2


def test_a_rollout_is_what_the_environment_does():
    market = environment(2)
    learner = PPOLearner(market, [1, 2], SETTINGS)
    rollout, reward = learner.roll_out()
    assert rollout.week.shape == (2, 12 * 4)
    again, after = market.step(rollout.week, rollout.weights, market.target(rollout.logits.tanh()))
    torch.testing.assert_close(again.mean(1), reward)
    walked = after.view(2, 12, 4, -1)[:, :-1]
    torch.testing.assert_close(walked, rollout.weights.view(2, 12, 4, -1)[:, 1:])
    torch.testing.assert_close(learner.weights, after.view(2, 12, 4, -1)[:, -1])
    assert (rollout.week.view(2, 12, 4).diff(dim=1) == 1).all()


def test_rollouts_stay_inside_each_agents_window():
    market = environment(2, stop=40)
    poisoned = dataclasses.replace(market, growth=market.growth.clone())
    poisoned.growth[40:] = math.nan  # a single look past the window would show
    learner = PPOLearner(poisoned, [1, 2], SETTINGS)
    for _ in range(20):
        assert torch.isfinite(learner.roll_out()[1]).all()


def test_minibatches_show_every_sample_once():
    learner = PPOLearner(environment(2), [1, 2], SETTINGS)
    batches = learner.minibatches(48)
    assert batches.shape == (3, 2, 16)
    for agent in range(2):
        assert batches[:, agent].flatten().sort().values.tolist() == list(range(48))


@pytest.mark.parametrize("network", ["mlp", "per_stock"])
def test_agents_are_reproducible_and_independent_of_their_company(network):
    settings = dataclasses.replace(SETTINGS, network=network)
    alone, again = (learn(environment(1), [7], settings).state()["actor"] for _ in range(2))
    among = learn(environment(3), [5, 6, 7], settings).state()["actor"]
    for name, value in alone.items():
        assert torch.equal(value, again[name])
        torch.testing.assert_close(value[0], among[name][2], rtol=0, atol=1e-6)


def test_the_value_net_is_stored_apart():
    state = learn(environment(1), [7]).state()
    assert set(state["critic"]) == {
        name for name in state["actor"] if not name.startswith(("mean", "log_std"))
    }
    assert state["critic_target"] == state["log_alpha"] == {}


@pytest.mark.slow
def test_a_clear_edge_is_learned():
    """With a rank correlation of 0.3 a few rollouts turn the loss of random trading into a gain."""
    market = environment(2, stop=150)
    settings = dataclasses.replace(
        SETTINGS, n_envs=16, rollout_weeks=52, batch_size=64, epochs=10, updates=1_800
    )
    learner = PPOLearner(market, [1, 2], settings)
    before = torch.stack([learner.roll_out()[1] for _ in range(4)]).mean()
    learner.run(settings.updates)
    after = torch.stack([learner.roll_out()[1] for _ in range(4)]).mean()
    assert before < 0 < after - 0.05, (before, after)
