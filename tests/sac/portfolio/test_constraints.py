import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sac.config import Constraints
from sac.errors import SettingsError
from sac.portfolio.constraints import constrain, portfolio_weights, portfolio_weights_backward


def obeys(weights, constraints, tolerance):
    assert torch.isfinite(weights).all()
    assert (weights >= 0).all()
    assert ((weights.sum(-1) - 1).abs() <= tolerance).all()
    assert (weights[..., :-1] <= constraints.max_position + tolerance).all()
    assert (weights[..., -1] >= constraints.cash_buffer - tolerance).all()


def water_level(weights, constraints):
    """The definition, solved by bisection: stocks = min(level × p, cap), CASH = level × p."""
    cash = max(weights[-1], constraints.cash_buffer)
    stocks = weights[:-1] * (1 - cash) / weights[:-1].sum()
    low, high = 1.0, 1e30
    for _ in range(200):
        level = np.sqrt(low * high)
        total = np.minimum(level * stocks, constraints.max_position).sum() + level * cash
        low, high = (level, high) if total < 1 else (low, level)
    return np.append(np.minimum(level * stocks, constraints.max_position), level * cash)


@pytest.mark.slow
def test_a_million_random_logits_obey_the_plan():
    logits = torch.randn(1_000_000, 16, generator=torch.Generator().manual_seed(0)) * 4
    obeys(portfolio_weights(logits.tanh(), 5.0, Constraints()), Constraints(), 1e-6)
    obeys(constrain(torch.softmax(3 * logits, -1), Constraints()), Constraints(), 1e-6)


@settings(max_examples=300)
@given(
    st.integers(1, 30).flatmap(lambda n: hnp.arrays(float, n + 1, elements=st.floats(-30, 30))),
    st.floats(0.0, 0.5),
    st.floats(0.02, 1.0),
)
@pytest.mark.slow
def test_any_logits_under_any_limits(logits, buffer, cap):
    constraints = Constraints(cash_buffer=buffer, max_position=cap)
    raw = torch.softmax(torch.tensor(logits), -1)
    weights = constrain(raw, constraints)
    obeys(weights, constraints, 1e-9)
    np.testing.assert_allclose(weights.numpy(), water_level(raw.numpy(), constraints), atol=1e-7)


def test_excess_is_shared_pro_rata_not_dumped_into_cash():
    weights = constrain(
        torch.tensor([0.5, 0.2, 0.1, 0.1, 0.1], dtype=torch.float64), Constraints(max_position=0.4)
    )
    # .1 too much goes to .2 : .1 : .1 : .1
    np.testing.assert_allclose(weights.numpy(), [0.4, 0.24, 0.12, 0.12, 0.12], atol=1e-12)


def test_the_excess_may_push_another_stock_to_its_cap():
    weights = constrain(
        torch.tensor([0.60, 0.19, 0.07, 0.07, 0.07], dtype=torch.float64), Constraints(max_position=0.3)
    )
    assert weights[0] == weights[1] == 0.3
    np.testing.assert_allclose(weights[2:].numpy(), [0.4 / 3] * 3, atol=1e-12)


def test_too_few_stocks_for_the_cap_leave_the_rest_in_cash():
    weights = constrain(torch.tensor([0.3, 0.3, 0.3, 0.1], dtype=torch.float64), Constraints())
    np.testing.assert_allclose(weights.numpy(), [0.2, 0.2, 0.2, 0.4], atol=1e-12)


@pytest.mark.parametrize(
    "wrong", [{"cash_buffer": 1.0}, {"cash_buffer": -0.1}, {"max_position": 0.0}, {"cost_rate": float("nan")}]
)
def test_limits_that_no_portfolio_can_meet_are_refused(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Constraints(**wrong)


def test_all_in_cash_stays_in_cash_and_has_a_gradient():
    """The softmax of a stock can be nothing at all: no share of it is not a number."""
    action = torch.tensor([[-1.0, -1.0, -1.0, 1.0]])
    target = portfolio_weights(action, 500.0, Constraints())
    assert target.tolist() == [[0.0, 0.0, 0.0, 1.0]]
    gradient = torch.tensor([[1.0, -2.0, 0.5, 3.0]])
    back = portfolio_weights_backward(gradient, action, target, 500.0, Constraints())
    assert back.tolist() == [[0.0, 0.0, 0.0, 0.0]]
