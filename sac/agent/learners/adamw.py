"""AdamW for all parameters of a network at once, kept in one flat buffer."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from sac.adamw import AdamW

__all__ = ["FlatAdamW", "flatten"]

# torch's AdamW rounds the last few numbers of a buffer in another way, where they fill no register of the
# processor: with whole registers, 64 numbers fill any, an agent has the same bytes in any company.
_REGISTERS = 64


def flatten(parameters: Iterable[nn.Parameter]) -> Tensor:
    """One buffer (P,) that holds these parameters from now on, each in a block of its own, then zeros."""
    parameters = list(parameters)
    buffer = torch.cat([parameter.data.flatten() for parameter in parameters])
    buffer = nn.functional.pad(buffer, (0, -len(buffer) % _REGISTERS))
    for parameter, block in zip(parameters, _blocks(buffer, parameters), strict=True):
        parameter.data = block
    return buffer


class FlatAdamW:
    """AdamW of one buffer. Backward passes write into the parameters' `.grad`."""

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float, decay: float = 0.0):
        self._parameters = list(parameters)
        self.flat = flatten(self._parameters)  # (P,)
        self.gradient = torch.zeros_like(self.flat)
        self._adamw = AdamW([self.flat], rate, decay)
        self._rates: Tensor | None = None  # (P,) where agents differ in theirs
        blocks = _blocks(self.gradient, self._parameters)
        for parameter, block in zip(self._parameters, blocks, strict=True):
            parameter.grad = block

    def differ(self, rates: Tensor) -> None:
        """A learning rate (E,) for every agent; each parameter has a leading agent dimension."""
        if (rates == rates[0]).all():
            self._adamw.rate = float(rates[0])
            return
        self._adamw.rate, self._rates = 1.0, torch.zeros_like(self.flat)
        for block in _blocks(self._rates, self._parameters):
            block.copy_(rates.view(-1, *[1] * (block.ndim - 1)).expand_as(block))

    def step(self) -> None:
        """Down the gradients that stand in the parameters' `.grad`."""
        if self._rates is None:
            self._adamw.step([self.gradient])
        else:  # a step is proportional to its rate, decay and all
            before = self.flat.clone()
            self._adamw.step([self.gradient])
            torch.lerp(before, self.flat, self._rates, out=self.flat)

    def state(self) -> list[dict[str, Tensor]]:
        """Step count and moments per parameter, in the parameters' order."""
        mean, square = (_blocks(moment, self._parameters) for moment in self._moments)
        return [
            {"step": self._adamw.steps[0].clone(), "exp_avg": m.clone(), "exp_avg_sq": s.clone()}
            for m, s in zip(mean, square, strict=True)
        ]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Put step count and moments back; the rate stays one's own."""
        for moment, name in zip(self._moments, ("exp_avg", "exp_avg_sq"), strict=True):
            for block, remembered in zip(_blocks(moment, self._parameters), state, strict=True):
                block.copy_(remembered[name])
        self._adamw.steps[0].copy_(state[0]["step"])

    @property
    def _moments(self) -> tuple[Tensor, Tensor]:
        return self._adamw.means[0], self._adamw.squares[0]


def _blocks(buffer: Tensor, parameters: list[nn.Parameter]) -> list[Tensor]:
    """The buffer (P,) cut into views of the parameters' shapes."""
    sizes = [parameter.numel() for parameter in parameters]
    cut = torch.split(buffer[: sum(sizes)], sizes)
    return [block.view(parameter.shape) for block, parameter in zip(cut, parameters, strict=True)]
