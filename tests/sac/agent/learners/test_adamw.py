"""AdamW in one flat buffer, against PyTorch's own."""

import torch
from torch import nn

from sac.adamw import AdamW
from sac.agent.learners.adamw import FlatAdamW

SHAPES = (3, 2, 5), (3, 4)  # a leading agent dimension everywhere


def test_agents_with_their_own_rates_step_as_each_would_alone():
    torch.manual_seed(0)
    starts, rates = [torch.randn(shape) for shape in SHAPES], torch.tensor([1e-3, 3e-4, 0.5])
    together = [nn.Parameter(start.clone(), requires_grad=False) for start in starts]
    alone = [[nn.Parameter(start[agent].clone()) for start in starts] for agent in range(3)]
    optimizer = FlatAdamW(together, 1e-3, decay=0.1)
    optimizer.differ(rates)
    textbook = [
        torch.optim.AdamW(each, lr=float(rate), weight_decay=0.1)
        for each, rate in zip(alone, rates, strict=True)
    ]
    for _ in range(20):
        gradients = [torch.randn(shape) for shape in SHAPES]
        for parameter, gradient in zip(together, gradients, strict=True):
            parameter.grad.copy_(gradient)
        optimizer.step()
        for agent, (parameters, each) in enumerate(zip(alone, textbook, strict=True)):
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient[agent].clone()
            each.step()
    for agent, parameters in enumerate(alone):
        for own, parameter in zip(together, parameters, strict=True):
            torch.testing.assert_close(own[agent], parameter.data, rtol=0, atol=2e-6)


def test_the_kernel_is_pytorchs_own_to_the_byte():
    torch.manual_seed(0)
    own, theirs = ([nn.Parameter(start.clone()) for start in map(torch.randn, SHAPES)] for _ in range(2))
    for mine, other in zip(own, theirs, strict=True):
        other.data.copy_(mine.data)
    optimizer, library = AdamW(own, 1e-3, 0.1), torch.optim.AdamW(theirs, 1e-3, weight_decay=0.1, fused=True)
    for _ in range(20):
        gradients = [torch.randn(shape) for shape in SHAPES]
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient.clone()
        library.step()
        optimizer.step(gradients)
    assert all(torch.equal(*pair) for pair in zip(own, theirs, strict=True))
