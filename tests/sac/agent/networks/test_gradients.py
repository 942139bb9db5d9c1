"""Every gradient by hand against autograd through the same networks written plainly, in float64."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Normal

from sac.agent.learners.adamw import FlatAdamW
from sac.agent.networks.gaussian import SquashedGaussian
from sac.agent.networks.mlp import GaussianActor, PolicyValue, TwinCritic
from sac.agent.networks.per_stock import PerStockActor, PerStockPolicyValue, PerStockTwinCritic
from sac.config import Constraints, SACSettings
from sac.portfolio.constraints import portfolio_weights, portfolio_weights_backward

pytestmark = pytest.mark.usefixtures("double")

AGENTS, STATES, STOCKS, HIDDEN = 2, 6, 3, (5, 4)
SETTINGS, CONSTRAINTS = SACSettings(hidden_sizes=HIDDEN), Constraints(max_position=0.4, cash_buffer=0.1)


def network_of(kind):
    """A network, its optimiser, and its parameters once more, for autograd."""
    generators = [torch.Generator().manual_seed(seed) for seed in range(AGENTS)]
    network = kind(generators, STOCKS + 1, SETTINGS, CONSTRAINTS)
    optimizer = FlatAdamW(network.parameters(), 3e-4, 1e-4)
    optimizer.gradient.fill_(torch.nan)  # what a backward pass forgets would show
    plain = {name: value.clone().requires_grad_() for name, value in network.named_parameters()}
    return network, plain


def normal(*shape, seed=0):
    return torch.randn(AGENTS, *shape, generator=torch.Generator().manual_seed(seed))


def same_gradients(network, plain, loss):
    gradients = torch.autograd.grad(loss, list(plain.values()))
    for (name, parameter), expected in zip(network.named_parameters(), gradients, strict=True):
        torch.testing.assert_close(
            parameter.grad, expected, rtol=1e-10, atol=1e-12, msg=f"{name}: {{}}".format
        )


def linear(x, parameters, layer, group=0):
    """x (E, R, inputs)."""
    return x @ parameters[f"{layer}.weight"][:, group] + parameters[f"{layer}.bias"][:, group]


def mlp(parameters, x):
    return linear(linear(x, parameters, "first").relu(), parameters, "second").relu()


def stocks_of(state):
    """Each stock's own numbers (E, B, n, 9) and CASH's weight (E, B, 1)."""
    signals, forecast, weight = (
        state[..., : 7 * STOCKS],
        state[..., 7 * STOCKS : 8 * STOCKS],
        state[..., 8 * STOCKS : -1],
    )
    signals = signals.reshape(*state.shape[:2], STOCKS, 7)
    return torch.cat([signals, forecast[..., None], weight[..., None]], -1), state[..., -1:]


def shared_body(parameters, own, shared, group=0):
    """Hidden (E, B, n, 64) of every stock."""
    context = linear(torch.cat([shared, own.mean(2)], -1), parameters, "body.context", group)
    first = own.flatten(1, 2) @ parameters["body.own"][:, group]
    first = (first.view(*own.shape[:3], -1) + context[:, :, None]).relu()
    return linear(first.flatten(1, 2), parameters, "body.second", group).relu().view(*first.shape[:3], -1)


def plain_actor(parameters, state):
    return linear(mlp(parameters, state), parameters, "heads").chunk(2, -1)


def plain_per_stock_actor(parameters, state):
    hidden = shared_body(parameters, *stocks_of(state))
    stock = linear(hidden.flatten(1, 2), parameters, "stock").view(*hidden.shape[:3], 2)
    return torch.cat([stock, linear(hidden.mean(2), parameters, "cash")[:, :, None]], 2).unbind(-1)


def plain_critic(parameters, state, action):
    x = torch.cat([state, action], -1)
    first = [linear(x, parameters, "first", group).relu() for group in (0, 1)]
    hidden = [linear(x, parameters, "second", group).relu() for group, x in enumerate(first)]
    return torch.stack([linear(x, parameters, "value", group)[..., 0] for group, x in enumerate(hidden)], 1)


def plain_per_stock_critic(parameters, state, action):
    (own, cash), target = stocks_of(state), portfolio_weights(action, 5.0, CONSTRAINTS)
    choice = torch.stack([action, target], -1)
    own, shared = torch.cat([own, choice[:, :, :-1]], -1), torch.cat([cash, choice[:, :, -1]], -1)
    hidden = [shared_body(parameters, own, shared, group).mean(2) for group in (0, 1)]
    return torch.stack([linear(x, parameters, "value", group)[..., 0] for group, x in enumerate(hidden)], 1)


def plain_policy_value(parameters, state):
    hidden = mlp(parameters, state)
    mean = linear(hidden, parameters, "mean")
    return mean, parameters["log_std"].expand_as(mean), linear(hidden, parameters, "value")[..., 0]


def plain_per_stock_policy_value(parameters, state):
    hidden = shared_body(parameters, *stocks_of(state))
    stock = linear(hidden.flatten(1, 2), parameters, "stock").view(hidden.shape[:3])
    mean = torch.cat([stock, linear(hidden.mean(2), parameters, "cash")], 2)
    log_std = torch.cat(
        [parameters["log_std"][..., :1].expand(-1, -1, STOCKS), parameters["log_std"][..., 1:]], 2
    )
    return mean, log_std.expand_as(mean), linear(hidden.mean(2), parameters, "value")[..., 0]


@pytest.mark.parametrize(
    ("kind", "plain_forward"), [(GaussianActor, plain_actor), (PerStockActor, plain_per_stock_actor)]
)
def test_the_actors_learn_from_their_first_states_alone(kind, plain_forward):
    actor, plain = network_of(kind)
    state, noise, rows = normal(STATES, 9 * STOCKS + 1), normal(STATES, STOCKS + 1, seed=1), STATES - 2
    g_action, g_log_pi = normal(rows, STOCKS + 1, seed=2), normal(rows, seed=3)

    mean, log_std = (x[:, :rows] for x in plain_forward(plain, state))
    u = mean + log_std.exp() * noise[:, :rows]
    log_pi = (Normal(mean, log_std.exp()).log_prob(u) - (1 - u.tanh().square()).log()).sum(-1)

    mean, log_std = actor(state)
    policy = SquashedGaussian(mean, log_std, noise)
    torch.testing.assert_close(policy.action[:, :rows], u.tanh())
    torch.testing.assert_close(policy.log_pi[:, :rows], log_pi)
    actor.backward(*policy.backward(g_action, g_log_pi))
    same_gradients(actor, plain, (g_action * u.tanh()).sum() + (g_log_pi * log_pi).sum())


@pytest.mark.parametrize(
    ("kind", "plain_forward"), [(TwinCritic, plain_critic), (PerStockTwinCritic, plain_per_stock_critic)]
)
def test_the_critics_learn_and_tell_what_to_do(kind, plain_forward):
    critic, plain = network_of(kind)
    state, g_q = normal(STATES, 9 * STOCKS + 1), normal(2, STATES, seed=2)
    action = normal(STATES, STOCKS + 1, seed=1).tanh().requires_grad_()
    expected = plain_forward(plain, state, action)
    q = critic(state, critic.decide(action.detach()))
    torch.testing.assert_close(q, expected)
    critic.backward(g_q)
    loss = (expected * g_q).sum()
    (g_action,) = torch.autograd.grad(loss, action, retain_graph=True)
    torch.testing.assert_close(critic.action_gradient(g_q), g_action)
    same_gradients(critic, plain, loss)


@pytest.mark.parametrize(
    ("kind", "plain_forward"),
    [(PolicyValue, plain_policy_value), (PerStockPolicyValue, plain_per_stock_policy_value)],
)
def test_policy_and_value_learn_together(kind, plain_forward):
    network, plain = network_of(kind)
    state = normal(STATES, 9 * STOCKS + 1)
    gradients = [
        normal(STATES, STOCKS + 1, seed=1),
        normal(STATES, STOCKS + 1, seed=2),
        normal(STATES, seed=3),
    ]
    outputs, expected = network.evaluate(state), plain_forward(plain, state)
    for ours, theirs in zip(outputs, expected, strict=True):
        torch.testing.assert_close(ours, theirs)
    network.backward(*gradients)
    same_gradients(network, plain, sum((x * g).sum() for x, g in zip(expected, gradients, strict=True)))


def test_the_spread_is_held_where_the_plan_clamps_it():
    actor, plain = network_of(GaussianActor)
    for parameters in (dict(actor.named_parameters()), plain):
        parameters["heads.bias"].data[..., STOCKS + 1] = 5.0
        parameters["heads.bias"].data[..., STOCKS + 2] = -30.0
    state, g_mean, g_log_std = (
        normal(STATES, 9 * STOCKS + 1),
        *(normal(STATES, STOCKS + 1, seed=s) for s in (1, 2)),
    )
    _, log_std = actor(state)
    assert (log_std[..., 0] == 2.0).all()
    assert (log_std[..., 1] == -20.0).all()
    actor.backward(g_mean, g_log_std)
    mean, unclamped = plain_actor(plain, state)
    same_gradients(actor, plain, (mean * g_mean).sum() + (unclamped.clamp(-20, 2) * g_log_std).sum())


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 20),
    st.floats(0.1, 10.0),
    st.floats(0.0, 0.3),
    st.floats(0.05, 0.95),
)
def test_the_portfolios_gradient_is_that_of_autograd(seed, stocks, scale, buffer, cap):
    generator = torch.Generator().manual_seed(seed)
    action, gradient = (
        torch.randn(4, stocks + 1, generator=generator, dtype=torch.float64) for _ in range(2)
    )
    action = action.tanh().requires_grad_()
    constraints = Constraints(cash_buffer=buffer, max_position=cap)
    target = portfolio_weights(action, scale, constraints)
    (expected,) = torch.autograd.grad((target * gradient).sum(), action)
    ours = portfolio_weights_backward(gradient, action.detach(), target.detach(), scale, constraints)
    torch.testing.assert_close(ours, expected, rtol=1e-8, atol=1e-10)


def test_the_flat_optimiser_is_adamw():
    actor, plain = network_of(GaussianActor)
    flat = FlatAdamW(actor.parameters(), 3e-3, 0.1)
    reference = torch.optim.AdamW(plain.values(), 3e-3, weight_decay=0.1)
    for seed in range(5):
        for (_, parameter), theirs in zip(actor.named_parameters(), plain.values(), strict=True):
            theirs.grad = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed))
            parameter.grad.copy_(theirs.grad)
        flat.step()
        reference.step()
    for (name, parameter), moments in zip(actor.named_parameters(), flat.state(), strict=True):
        torch.testing.assert_close(parameter.data, plain[name].data, rtol=1e-12, atol=1e-14)
        expected = reference.state[plain[name]]
        assert moments["step"] == expected["step"] == 5
        torch.testing.assert_close(moments["exp_avg"], expected["exp_avg"])
        torch.testing.assert_close(moments["exp_avg_sq"], expected["exp_avg_sq"])
