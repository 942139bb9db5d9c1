"""AdamW (Loshchilov and Hutter 2019) by torch's own fused kernel; without decay it is Adam.

`torch.optim.AdamW(fused=True)` calls the same, and first loads torch's compiler: a second, 140 MB a process.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

__all__ = ["AdamW"]


class AdamW:
    """Moments and step counts of some tensors; the kernel of `torch.optim.AdamW(fused=True)`, to the byte."""

    def __init__(self, parameters: Iterable[Tensor], rate: float, decay: float = 0.0):
        self.parameters, self.rate, self.decay = list(parameters), rate, decay
        self.means, self.squares = ([torch.zeros_like(each) for each in self.parameters] for _ in range(2))
        self.steps = [torch.zeros(()) for _ in self.parameters]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor | None]) -> None:
        """Down the gradients, one per parameter; one that has none stays."""
        every = zip(self.parameters, gradients, self.means, self.squares, self.steps, strict=True)
        parameters, known, means, squares, steps = zip(
            *(one for one in every if one[1] is not None), strict=True
        )
        torch._foreach_add_(steps, 1.0)
        torch._fused_adamw_(
            parameters,
            known,
            means,
            squares,
            [],
            steps,
            lr=self.rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=self.decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )
