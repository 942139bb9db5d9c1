"""Layers for E agents side by side: a leading agent dimension everywhere, and every gradient by hand.

There is no graph: who does the forward pass keeps what its backward pass needs.
"""

import math

import torch
from torch import Tensor, nn

__all__ = ["AgentLinear", "AgentValue", "Generators", "TwoLayers", "gradient_of", "start_weights"]

Generators = list[torch.Generator]

_masked = torch.ops.aten.threshold_backward  # (gradient, relu(x), 0): the gradient where x > 0, else 0


class AgentLinear(nn.Module):
    """E × G linear layers in one product, each initialised like `nn.Linear` by its agent's generator."""

    def __init__(self, generators: Generators, inputs: int, outputs: int, groups: int = 1):
        super().__init__()
        self.weight = start_weights(generators, inputs, groups, inputs, outputs)
        self.bias = start_weights(generators, inputs, groups, 1, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(E·G, R, inputs) -> (E·G, R, outputs)."""
        return torch.baddbmm(self.bias.flatten(0, 1), x, self.weight.flatten(0, 1))

    def backward(self, x: Tensor, gradient: Tensor) -> None:
        """Gradients of weights and bias, from the input (E·G, R, inputs) and the output's gradient."""
        torch.bmm(x.transpose(1, 2), gradient, out=gradient_of(self.weight).flatten(0, 1))
        torch.sum(gradient, 1, keepdim=True, out=gradient_of(self.bias).flatten(0, 1))

    def input_gradient(self, gradient: Tensor) -> Tensor:
        """(E·G, R, outputs) -> (E·G, R, inputs)."""
        return torch.bmm(gradient, self.weight.flatten(0, 1).transpose(1, 2))


class AgentValue(AgentLinear):
    """The same with one output, its product turned so that it is one row times a matrix."""

    def __init__(self, generators: Generators, inputs: int, groups: int = 1):
        super().__init__(generators, inputs, 1, groups)

    def forward(self, x: Tensor) -> Tensor:
        """(E·G, R, inputs) -> (E, G, R)."""
        weight, bias = self.weight.flatten(0, 1).transpose(1, 2), self.bias.flatten(0, 1)
        return torch.baddbmm(bias, weight, x.transpose(1, 2)).view(*self.weight.shape[:2], -1)

    def backward(self, x: Tensor, gradient: Tensor) -> None:
        """Gradients of weights and bias, from the input (E·G, R, inputs) and that of the values (E, G, R)."""
        row = gradient.flatten(0, 1)[:, None]  # (E·G, 1, R)
        torch.bmm(row, x, out=gradient_of(self.weight).view(len(x), 1, -1))
        torch.sum(gradient, 2, out=gradient_of(self.bias)[:, :, 0, 0])

    def input_gradient(self, gradient: Tensor) -> Tensor:
        """(E, G, R) -> (E·G, R, inputs)."""
        weight = self.weight.flatten(0, 1).transpose(1, 2)  # (E·G, 1, inputs)
        return gradient.flatten(0, 1)[..., None] * weight


class TwoLayers:
    """One pass through relu(relu(x·W1 + context)·W2 + b2) for E agents and G networks that read the same x.

    The G networks lie side by side in the first product; the pass that applies ReLU lays them apart.
    """

    def __init__(self, x: Tensor, context: Tensor, first: Tensor, second: AgentLinear):
        """x (E, R, F), first (E, F, G·64), context (E, C, G·64): each of its rows for R / C rows of x."""
        self._x, self._second = x, second
        agents, groups, hidden, _ = second.weight.shape
        self._h1 = x.new_empty(agents, groups, x.shape[1], hidden)
        before = torch.bmm(x, first).view(agents, context.shape[1], -1, groups, hidden)
        apart = self._h1.transpose(1, 2).view(before.shape)
        torch._add_relu(before, context.view(agents, -1, 1, groups, hidden), out=apart)
        h2 = torch.bmm(self._h1.flatten(0, 1), second.weight.flatten(0, 1))
        self.output = torch._add_relu_(h2, second.bias.flatten(0, 1))  # (E·G, R, 64)

    def learn(self, gradient: Tensor, first: AgentLinear) -> None:
        """Gradients of all weights, where `first` has W1 and a context of one row, the bias."""
        g_first = self.backward(gradient, gradient_of(first.weight)[:, 0])
        torch.sum(g_first, 1, keepdim=True, out=gradient_of(first.bias)[:, 0])

    def backward(self, gradient: Tensor, first: Tensor | None = None) -> Tensor:
        """Gradient (E, R', G·64) of what stands before the first ReLU, and with `first` that of all weights.

        gradient (E·G, ..., 64) is that of the first R' rows of the output: the others teach nothing.
        first (E, F, G·64) is where the gradient of W1 goes.
        """
        rows = gradient.shape[1:-1].numel()  # R'
        h1 = self._h1[:, :, :rows]  # (E, G, R', 64)
        g2 = _masked(gradient, self.output[:, :rows].view(gradient.shape), 0).flatten(1, -2)
        g1 = self._second.input_gradient(g2).view(h1.shape)
        before = g1.new_empty(g1.shape[0], rows, *g1.shape[1::2])  # (E, R', G, 64)
        _masked.grad_input(g1, h1, 0, grad_input=before.transpose(1, 2))
        if first is not None:
            self._second.backward(h1.flatten(0, 1), g2)
            torch.bmm(self._x[:, :rows].transpose(1, 2), before.flatten(2), out=first)
        return before.flatten(2)


def gradient_of(parameter: nn.Parameter) -> Tensor:
    """Where a backward pass writes; an optimiser has made it."""
    assert parameter.grad is not None
    return parameter.grad


def start_weights(generators: Generators, inputs: int, *shape: int) -> nn.Parameter:
    """Parameters (E, *shape) drawn as `nn.Linear` with that many inputs draws them, agent by agent."""
    draws = [torch.rand(*shape, generator=generator, dtype=torch.float64) for generator in generators]
    values = (torch.stack(draws) * 2.0 - 1.0) / math.sqrt(inputs)
    return nn.Parameter(values.to(torch.get_default_dtype()), requires_grad=False)
