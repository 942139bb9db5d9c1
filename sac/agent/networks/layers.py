"""Layers for E agents side by side: a leading agent dimension everywhere, and every gradient by hand.

There is no graph: who does the forward pass keeps what its backward pass needs.
"""

import math

import torch
from torch import Tensor, nn

__all__ = ["AgentLinear", "AgentValue", "Generators", "TwoLayers", "for_each", "gradient_of", "start_weights"]

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
        self.bias_backward(gradient)

    def bias_backward(self, gradient: Tensor) -> None:
        """The bias's alone."""
        torch.sum(gradient, 1, keepdim=True, out=gradient_of(self.bias).flatten(0, 1))

    def input_gradient(self, gradient: Tensor) -> Tensor:
        """(E·G, R, outputs) -> (E·G, R, inputs)."""
        weights = self.weight.flatten(0, 1).transpose(1, 2)
        # Some processors take twice the time with a transposed right side: with many rows a copy pays.
        return torch.bmm(gradient, weights.contiguous() if gradient.shape[1] > 256 else weights)


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
    """One pass through relu(relu(x·W1 + context)·W2 + b2) for E agents × G networks."""

    def __init__(self, x: Tensor, context: Tensor, first: nn.Parameter, second: AgentLinear):
        """x (E·G, R, F), first (E, G, F, 64), context (E·G, C, 64): each of its rows for R / C rows of x."""
        self._x, self._first, self._second = x, first, second
        self._h1 = torch.bmm(x, first.flatten(0, 1))  # (E·G, R, 64)
        self._h1.view(*context.shape[:2], -1, context.shape[2]).add_(context[:, :, None]).relu_()
        h2 = torch.bmm(self._h1, second.weight.flatten(0, 1))
        self.output = h2.add_(second.bias.flatten(0, 1)).relu_()  # (E·G, R, 64)

    def backward(self, gradient: Tensor, learn: bool = True) -> Tensor:
        """Gradient (E·G, R', 64) of what stands before the first ReLU; with `learn` that of all weights too.

        gradient (E·G, ..., 64) is that of the first R' rows of the output: the others teach nothing.
        """
        rows = gradient.shape[1:-1].numel()  # R'
        h1, h2 = self._h1[:, :rows], self.output[:, :rows]
        g2 = _masked(gradient, h2.view(gradient.shape), 0).flatten(1, -2)
        g1 = self._second.input_gradient(g2)
        _masked.grad_input(g1, h1, 0, grad_input=g1)
        if learn:
            self._second.backward(h1, g2)
            x = self._x[:, :rows].transpose(1, 2)
            torch.bmm(x, g1, out=gradient_of(self._first).flatten(0, 1))
        return g1


def for_each(groups: int, x: Tensor) -> Tensor:
    """The same (E, ...) for every one of G networks, (E, G, ...), without a copy."""
    return x[:, None].expand(-1, groups, *x.shape[1:])


def gradient_of(parameter: nn.Parameter) -> Tensor:
    """Where a backward pass writes; an optimiser has made it."""
    assert parameter.grad is not None
    return parameter.grad


def start_weights(generators: Generators, inputs: int, *shape: int) -> nn.Parameter:
    """Parameters (E, *shape) drawn as `nn.Linear` with that many inputs draws them, agent by agent."""
    draws = [torch.rand(*shape, generator=generator, dtype=torch.float64) for generator in generators]
    values = (torch.stack(draws) * 2.0 - 1.0) / math.sqrt(inputs)
    return nn.Parameter(values.to(torch.get_default_dtype()), requires_grad=False)
