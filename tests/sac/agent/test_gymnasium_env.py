"""The environment for other libraries' agents, and their way back as allocators."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from sac.agent.external_policy import ExternalPolicy
from sac.agent.gymnasium_env import ID
from sac.agent.scaler import PortfolioScaler
from sac.config import Constraints, SACSettings
from sac.portfolio import EqualWeight, backtest
from tests.support.synthetic import random_panel

STEPS = range(60, 100)


@pytest.fixture(scope="module")
def panel():
    panel = random_panel(stocks=7)
    return panel.with_forecasts(np.random.default_rng(0).normal(0, 0.01, panel.returns.shape))


@pytest.fixture(scope="module")
def scaler(panel):
    return PortfolioScaler.fit(panel.features[: STEPS.start])


@pytest.fixture
def env(panel, scaler):
    return gymnasium.make(ID, panel=panel, steps=STEPS, scaler=scaler)


@pytest.mark.filterwarnings("ignore:.*Box observation space (minimum|maximum) value is.*infinity")
def test_gymnasium_finds_no_fault(env):
    check_env(env.unwrapped)
    assert env.observation_space.shape == (9 * 7 + 1,)
    assert env.action_space.shape == (8,)


def test_a_window_truncates_and_never_terminates(env):
    env.reset()
    ends = [env.step(env.action_space.sample())[2:4] for _ in STEPS]
    assert ends == [(False, False)] * (len(STEPS) - 1) + [(False, True)]


def test_an_allocator_earns_what_its_environment_paid(panel, scaler, env):
    """The rewards that an agent learns from are the walk's log returns over equal weight's growth."""
    mixing = np.random.default_rng(1).normal(size=(8, 64)).astype(np.float32)

    def act(state):
        return np.tanh(mixing @ state)

    state, _ = env.reset()
    paid = []
    for _ in STEPS:
        state, reward, *_ = env.step(act(state))
        paid.append(reward)
    walk = backtest(ExternalPolicy("Outside", act, scaler), panel, STEPS, Constraints())
    free = Constraints(cost_rate=0.0)
    equal = backtest(EqualWeight(free), panel, STEPS, free)
    earned = np.log1p(walk.net) - np.log1p(equal.net)
    np.testing.assert_allclose(np.array(paid) / SACSettings().reward_scale, earned, atol=1e-6)
    assert walk.weights[:, :-1].max() <= 0.2 + 1e-9
    assert walk.turnover.sum() > 1.0  # it did trade


@pytest.mark.parametrize("answer", [np.zeros(3), np.full(8, 1.5), np.full(8, np.nan)])
def test_what_is_no_action_is_refused(panel, scaler, answer):
    policy = ExternalPolicy("Outside", lambda state: answer, scaler)
    with pytest.raises(ValueError, match="8 numbers from -1 to 1"):
        backtest(policy, panel, STEPS, Constraints())


def test_the_agent_is_paid_what_cash_earns(panel, scaler):
    constraints = Constraints(cash_rate=0.05, cost_rate=0.0)
    env = gymnasium.make(ID, panel=panel, steps=STEPS, scaler=scaler, constraints=constraints)
    in_cash = np.append(np.full(7, -1.0), 1.0).astype(np.float32)
    state, _ = env.reset()
    paid = []
    for _ in STEPS:
        state, reward, *_ = env.step(in_cash)
        paid.append(reward)
        assert state[-1] > 0.99  # nearly everything
    policy = ExternalPolicy("In cash", lambda state: in_cash, scaler)
    walk = backtest(policy, panel, STEPS, constraints)
    equal = backtest(EqualWeight(constraints), panel, STEPS, constraints)
    earned = np.log1p(walk.net) - np.log1p(equal.net)
    np.testing.assert_allclose(np.array(paid) / SACSettings().reward_scale, earned, atol=1e-7)
    assert np.log1p(walk.net).sum() == pytest.approx(len(STEPS) / 52 * np.log(1.05), rel=0.05)
