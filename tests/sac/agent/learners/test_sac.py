"""The batched update against the textbook: one agent, `nn.Linear`, `torch.optim.AdamW`, a plain loop."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Normal

from sac.agent import PortfolioScaler, SACLearner, SoftActorCritic
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.learners.curve import LearningCurve
from sac.agent.learners.replay import Batch, Replay, draws
from sac.config import Constraints, SACSettings
from sac.errors import ArtifactError
from tests.support.synthetic import random_panel, with_planted_forecast

SETTINGS = SACSettings(batch_size=16, warmup_steps=20, updates=30, buffer_size=64)


def environment(agents, settings=SETTINGS, dtype=torch.float32, stop=100):
    panel = with_planted_forecast(random_panel(stocks=3), 0.3)
    scaler = PortfolioScaler.fit(panel.features[:stop])
    features = flat_features(scaler.transform(panel.features))[None]
    return PortfolioEnvironment.over(
        panel, features, [0] * agents, [stop] * agents, settings, Constraints(max_position=0.5), dtype
    )


def replayed(replay, draw):
    """A batch without a walk."""
    market = replay.environment
    week, weights, decision = replay.pick(draw)
    reward, after = market.step(week, weights, decision[..., market.assets :])
    states = market.state(torch.cat([week, week + 1], 1), torch.cat([weights, after], 1))
    return Batch(states, decision, reward, draw.noise[:, :-1])


def remember(replay, draw, week):
    """Some weights and some action in that week (E, 1)."""
    weights, action = torch.softmax(draw.noise[:, -1:], -1), draw.explore[:, None] * 2.0 - 1.0
    replay.add(week, weights, action, replay.environment.target(action))


class TextbookAgent:
    """One agent as the paper and CleanRL write it."""

    def __init__(self, batched, row, settings):
        self.settings = settings
        actor = (batched.actor.first, batched.actor.second, batched.actor.heads)
        self.actor = self._mlp(*((layer.weight[row, 0], layer.bias[row, 0]) for layer in actor))
        self.critics = [self._critic(batched.critic, row, i) for i in (0, 1)]
        self.targets = [self._critic(batched.critic_target, row, i) for i in (0, 1)]
        self.log_alpha = batched.log_alpha.detach()[row].clone().requires_grad_()
        critic_parameters = [p for critic in self.critics for p in critic.parameters()]
        self.actor_optimizer = torch.optim.AdamW(self.actor.parameters(), 3e-4, weight_decay=1e-4)
        self.critic_optimizer = torch.optim.AdamW(critic_parameters, 3e-4, weight_decay=1e-4)
        self.alpha_optimizer = torch.optim.Adam([self.log_alpha], 3e-4)

    @staticmethod
    def _mlp(*layers):
        """nn.Linear layers of (inputs × outputs, bias)."""
        first, second, last = (nn.Linear(*weight.shape) for weight, _ in layers)
        for linear, (weight, bias) in zip((first, second, last), layers, strict=True):
            linear.weight.data, linear.bias.data = weight.detach().T.clone(), bias.detach()[0].clone()
        return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)

    def _critic(self, module, row, which):
        layers = (module.first, module.second, module.value)
        return self._mlp(*((layer.weight[row, which], layer.bias[row, which]) for layer in layers))

    def sample(self, state, noise):
        mean, log_std = self.actor(state).chunk(2, -1)
        normal = Normal(mean, log_std.clamp(-20, 2).exp())
        u = normal.mean + normal.stddev * noise
        action = torch.tanh(u)
        return action, (normal.log_prob(u) - torch.log(1 - action.pow(2))).sum(-1)

    def update(self, batch, row):
        alpha = self.log_alpha.exp().detach()
        (state, next_state), (noise, next_noise) = batch.states[row].chunk(2), batch.noise[row].chunk(2)
        stored = batch.decision[row, :, : noise.shape[1]]
        with torch.no_grad():
            next_action, next_log_pi = self.sample(next_state, next_noise)
            x = torch.cat([next_state, next_action], -1)
            next_q = torch.min(self.targets[0](x), self.targets[1](x))[:, 0] - alpha * next_log_pi
            target = batch.reward[row] + self.settings.gamma * next_q
        x = torch.cat([state, stored], -1)
        qf_loss = torch.stack(
            [nn.functional.mse_loss(critic(x)[:, 0], target) for critic in self.critics]
        ).sum()
        self.critic_optimizer.zero_grad()
        qf_loss.backward()
        self.critic_optimizer.step()

        action, log_pi = self.sample(state, noise)
        x = torch.cat([state, action], -1)
        actor_loss = (alpha * log_pi - torch.min(self.critics[0](x), self.critics[1](x))[:, 0]).mean()
        self.actor_optimizer.zero_grad()
        actor_loss.backward()
        self.actor_optimizer.step()

        entropy_gap = log_pi.detach() - noise.shape[1]
        alpha_loss = (-self.log_alpha.exp() * entropy_gap).mean()
        self.alpha_optimizer.zero_grad()
        alpha_loss.backward()
        self.alpha_optimizer.step()
        for critic, old in zip(self.critics, self.targets, strict=True):
            for new, parameter in zip(critic.parameters(), old.parameters(), strict=True):
                parameter.data.mul_(1 - 0.005).add_(0.005 * new.data)


@pytest.mark.usefixtures("double")
def test_batched_agents_equal_textbook_agents_over_200_updates():
    market = environment(3, dtype=torch.float64)
    batched = SoftActorCritic([11, 12, 13], market.assets, SETTINGS, market.constraints)
    textbook = [TextbookAgent(batched, row, SETTINGS) for row in range(3)]
    replay = Replay(market, 64, counterfactual=True)
    stream = draws(batched.generators, SETTINGS.batch_size, market.assets)
    for _ in range(40):
        draw = next(stream)
        remember(replay, draw, (draw.week[:, :1] * 100).long())
    for _ in range(200):
        batch = replayed(replay, next(stream))
        batched.update(batch)
        for row, agent in enumerate(textbook):
            agent.update(batch, row)
    ours: Any = batched
    for row, agent in enumerate(textbook):
        assert abs(ours.log_alpha[row] - agent.log_alpha) < 1e-12
        torch.testing.assert_close(
            ours.actor.first.weight[row, 0], agent.actor[0].weight.T, rtol=0, atol=1e-11
        )
        torch.testing.assert_close(ours.actor.heads.bias[row, 0, 0], agent.actor[4].bias, rtol=0, atol=1e-11)
        for which in (0, 1):
            second = ours.critic.second.weight[row, which]
            torch.testing.assert_close(second, agent.critics[which][2].weight.T, rtol=0, atol=1e-11)
            old = ours.critic_target.value.weight[row, which]
            torch.testing.assert_close(old, agent.targets[which][4].weight.T, rtol=0, atol=1e-11)


def ignore(done, values):
    pass


def learn(environment, seeds, settings, report=ignore):
    learner = SACLearner(environment, seeds, settings)
    LearningCurve(settings.updates, report).follow(learner, settings.updates)
    return learner


@pytest.mark.parametrize("network", ["mlp", "per_stock"])
def test_an_agent_does_not_depend_on_how_many_train_beside_it(network):
    settings = dataclasses.replace(SETTINGS, network=network)
    alone = learn(environment(1), [7], settings)
    among = learn(environment(4), [5, 6, 7, 8], settings)
    # Sums over stocks may be taken in another order for another number of agents: equal but for rounding.
    tolerance = 0.0 if network == "mlp" else 1e-6
    for name, value in alone.state()["actor"].items():
        torch.testing.assert_close(value[0], among.state()["actor"][name][2], rtol=0, atol=tolerance)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    first, second, other = (learn(environment(2), seeds, SETTINGS) for seeds in ([1, 2], [1, 2], [1, 3]))
    for name, value in first.state()["critic"].items():
        assert torch.equal(value, second.state()["critic"][name])
    changed = [
        not torch.equal(value[1], other.state()["actor"][name][1])
        for name, value in first.state()["actor"].items()
    ]
    assert all(changed)


def test_the_temperature_and_every_network_move():
    settings = dataclasses.replace(SETTINGS, updates=5)
    market = environment(2)
    before = SoftActorCritic([1, 2], market.assets, settings, market.constraints).state()
    after = learn(market, [1, 2], settings).state()
    for part in ("actor", "critic", "critic_target", "log_alpha"):
        for name, value in before[part].items():
            assert not torch.equal(value, after[part][name]), (part, name)
    assert after["optimizers"]["log_alpha"][0]["step"] == 5


def test_agents_of_an_older_engine_are_refused():
    market = environment(1)
    state = SoftActorCritic([1], market.assets, SETTINGS, market.constraints).state()
    state["critic"]["state.weight"] = state["critic"].pop("first.weight")
    with pytest.raises(ArtifactError, match="Train this variant in full once"):
        SACLearner(market, [1], SETTINGS).restore(state)


def test_the_walks_act_as_the_policy_was_before_it_learned():
    market = environment(2)
    learner = SACLearner(market, [1, 2], SETTINGS)
    learner.run(1)
    agents, batch = learner.agents, learner._transitions(next(learner._stream))
    mean, log_std = agents.actor(batch.states[:, -1:])
    expected = torch.tanh(mean + log_std.exp() * batch.noise[:, -1:])
    _, action = agents.update(batch)
    torch.testing.assert_close(action, expected)
    assert not torch.equal(agents.actor(batch.states[:, -1:])[0], mean)


def test_the_report_may_stop_the_training():
    class StopError(Exception):
        pass

    def stop(done, values):
        raise StopError

    with pytest.raises(StopError):
        learn(environment(1), [1], SETTINGS, stop)


def test_replayed_weeks_stay_inside_each_agents_window():
    market = environment(2, stop=40)
    replay = Replay(market, 64, counterfactual=True)
    generators = [torch.Generator().manual_seed(i) for i in (0, 1)]
    stream = draws(generators, 512, market.assets)
    remember(replay, next(stream), torch.zeros(2, 1, dtype=torch.int64))
    poisoned = dataclasses.replace(market, growth=market.growth.clone())
    poisoned.growth[40:] = math.nan  # a single look past the window would show
    replay.environment = poisoned
    for _ in range(20):
        assert torch.isfinite(replayed(replay, next(stream)).reward).all()


def test_counterfactual_replay_is_exact():
    """One step of the environment against the same step written out for one agent in numpy."""
    panel = random_panel(stocks=3)
    market = environment(1)
    weights, action, week = np.array([0.2, 0.3, 0.1, 0.4]), np.array([0.9, -0.3, 0.2, -0.8]), 17
    reward, after = market.step(
        torch.tensor([[week]]),
        torch.tensor(weights).float()[None, None],
        market.target(torch.tensor(action).float()[None, None]),
    )
    odds = np.exp(5 * action)
    share = odds / odds.sum()
    # Water level by hand: the first stock is far above its cap of 0.5, the others share what is left.
    cash = max(share[3], 0.02)
    stocks = share[:3] * (1 - cash) / share[:3].sum()
    level = 0.5 / (stocks[1] + stocks[2] + cash)
    target = np.array([0.5, level * stocks[1], level * stocks[2], level * cash])
    held = weights * np.append(1 + panel.gaps[week], 1.0)
    held /= held.sum()
    traded = abs(target - held)[:3].sum()
    growth = np.append(1 + panel.returns[week], 1.0)
    equal = np.array([0.98 / 3] * 3 + [0.02])
    expected = 100 * (math.log((1 - 0.001 * traded) * (target @ growth)) - math.log(equal @ growth))
    assert abs(reward.item() - expected) < 1e-3
    seen = target * np.append(1 + panel.seen[week], 1.0)
    np.testing.assert_allclose(after[0, 0].numpy(), seen / seen.sum(), atol=1e-6)


def test_the_per_stock_network_does_not_care_about_the_order_of_stocks():
    settings = dataclasses.replace(SETTINGS, network="per_stock")
    agents = SoftActorCritic([1, 2], 4, settings, Constraints(max_position=0.5))
    generator = torch.Generator().manual_seed(3)
    signals, forecast, weights = (
        torch.rand(2, 5, *shape, generator=generator) for shape in ((3, 7), (3,), (4,))
    )
    action, order = torch.rand(2, 5, 4, generator=generator) * 2 - 1, torch.tensor([2, 0, 1])
    assets = torch.cat([order, torch.tensor([3])])
    state = torch.cat([signals.flatten(2), forecast, weights], -1)
    shuffled = torch.cat([signals[:, :, order].flatten(2), forecast[..., order], weights[..., assets]], -1)
    for mine, theirs in zip(agents.actor(state), agents.actor(shuffled), strict=True):
        torch.testing.assert_close(mine[..., assets], theirs)
    there, here = (agents.critic.decide(x) for x in (action, action[..., assets]))
    torch.testing.assert_close(agents.critic(state, there), agents.critic(shuffled, here))


@pytest.mark.parametrize(("stocks", "first"), [(15, 0.002), (36, 0.002), (72, 0.001), (360, 0.0002)])
def test_with_more_stocks_than_it_is_for_a_temperature_begins_lower(stocks, first):
    settings = SACSettings(network="per_stock", hidden_sizes=(4, 4), init_alpha=0.002, alpha_stocks=36)
    agents = SoftActorCritic([0, 1], stocks + 1, settings, Constraints())
    np.testing.assert_allclose(agents.log_alpha.exp(), first, rtol=1e-6)
    agents.differ([settings, dataclasses.replace(settings, alpha_stocks=0)], 5.0)
    np.testing.assert_allclose(agents.log_alpha.exp(), [first, 0.002], rtol=1e-6)
